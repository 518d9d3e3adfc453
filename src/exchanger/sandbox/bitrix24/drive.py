"""Диск портала: файлы и их вложения в задачи."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.errors import core

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exchanger.sandbox.bitrix24.model import Task, User
    from exchanger.sandbox.bitrix24.portal import Portal

FILES_FIELD = "UF_TASK_WEBDAV_FILES"


@dataclass(frozen=True, slots=True)
class DriveFile:
    """Файл на Диске; `readers` — кому он доступен (пусто — всем)."""

    id: int
    name: str
    size: int = 1024
    readers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Attachment:
    """Вложение файла в задачу или в её комментарий; `task_id` 0 — вложение шаблона."""

    id: int
    file_id: int
    task_id: int


@dataclass(slots=True)
class Drive:
    """Файлы и вложения портала."""

    files: dict[int, DriveFile] = field(default_factory=dict)
    attachments: dict[int, Attachment] = field(default_factory=dict)

    def put(self, *files: DriveFile) -> None:
        """Кладёт файлы на Диск."""
        self.files |= {each.id: each for each in files}

    def readable(self, user: User, file_id: int) -> DriveFile | None:
        """Файл, если он есть и доступен этому человеку."""
        found = self.files.get(file_id)
        return found if found is not None and (not found.readers or user.id in found.readers) else None


def attach(portal: Portal, user: User, task_id: int, file_id: int) -> Attachment:
    """Вкладывает файл; недоступный — отказ ядра."""
    if portal.drive.readable(user, file_id) is None:
        raise core("Insufficient permissions.")
    made = Attachment(portal.number("attachment"), file_id, task_id)
    portal.drive.attachments[made.id] = made
    return made


def attach_to_task(portal: Portal, user: User, task: Task, file_id: int) -> Attachment:
    """Вкладывает файл в саму задачу. Повтор вкладывает его ещё раз, как на портале."""
    made = attach(portal, user, task.id, file_id)
    before = task.user_fields.get(FILES_FIELD)
    task.user_fields[FILES_FIELD] = [*(before if isinstance(before, list) else []), str(made.id)]
    return made


def attached_files(portal: Portal, task: Task) -> list[int]:
    """Номера файлов Диска, вложенных в задачу, по порядку; повторы видны."""
    ids = task.user_fields.get(FILES_FIELD)
    return [portal.drive.attachments[int(each)].file_id for each in (ids if isinstance(ids, list) else [])]


def template_attachments(portal: Portal, files: Iterable[int]) -> list[int]:
    """Номера вложений, которыми шаблон держит свои файлы; один файл — одно вложение."""
    known = {each.file_id: each.id for each in portal.drive.attachments.values() if not each.task_id}
    for file_id in files:
        if file_id not in known:
            made = Attachment(portal.number("attachment"), file_id, 0)
            portal.drive.attachments[made.id], known[file_id] = made, made.id
    return [known[file_id] for file_id in files]
