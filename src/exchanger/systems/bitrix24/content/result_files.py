"""Файлы результатов: в старой карточке их называет комментарий, в новой — вложение на Диске."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, refusal
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.foreign import Row, as_int, as_map, as_rows, as_text

_COMMENT = "task.commentitem.get"
_ATTACHED = "disk.attachedObject.get"
PREDECESSOR_FILES = "файлы результата предшественника"


@dataclass(frozen=True, slots=True)
class ResultFile:
    """Файл на Диске."""

    file_id: int
    name: str


@dataclass(slots=True)
class ResultFiles:
    """Чтение файлов по строкам результатов; `may_read` — есть ли у вебхука право disk, `what` — слова замечания."""

    may_read: bool
    remarks: Remarks
    rows: Callable[[], Iterable[Row]] = list
    what: str = PREDECESSOR_FILES
    _comments: dict[int, dict[int, ResultFile]] = field(default_factory=dict)
    _attached: dict[int, ResultFile | None] = field(default_factory=dict)

    def needs(self) -> Mapping[str, Command]:
        """Комментарии результатов, а чего в них нет — вложения."""
        wanted: dict[str, Command] = {}
        for row in self.rows():
            numbers, comment = _numbers(row), as_int(row.get("commentId")) or 0
            if numbers and comment and comment not in self._comments:
                params = {"TASKID": as_text(row.get("taskId")), "ITEMID": comment}
                wanted[f"comment{comment}"] = Command(_COMMENT, params)
            elif self.may_read:
                unknown = [each for each in numbers if self._find(comment, each) is None and each not in self._attached]
                wanted |= {f"attached{number}": Command(_ATTACHED, {"id": number}) for number in unknown}
        return wanted

    def take(self, label: str, answer: Answer) -> None:
        """Принять комментарий или вложение; комментарий новой карточки не читается — тогда вложения."""
        result = as_map(answer.result) if isinstance(answer, Envelope) else {}
        said = refusal(answer, _COMMENT)
        if label.startswith("comment"):
            rows = as_rows(result.get("ATTACHED_OBJECTS"))
            self._comments[int(label.removeprefix("comment"))] = dict(
                pair for row in rows if (pair := _pair(row, "ATTACHMENT_ID", "FILE_ID")) is not None
            )
            return
        number = int(label.removeprefix("attached"))
        pair = _pair({**result, "ID": number}, "ID", "OBJECT_ID")
        self._attached[number] = None if pair is None else pair[1]
        if pair is None:
            self.remarks.add(self.what, said or "портал не назвал файл")

    def of(self, row: Row) -> tuple[ResultFile, ...]:
        """Файлы одного результата; непрочитанные названы в замечаниях."""
        return tuple(file for _, file in self.attached(row) if file is not None)

    def attached(self, row: Row) -> tuple[tuple[int, ResultFile | None], ...]:
        """Номера вложений одного результата и их файлы; None — файл не прочитан (это сказано в замечаниях)."""
        comment = as_int(row.get("commentId")) or 0
        found = tuple((number, self._find(comment, number)) for number in _numbers(row))
        if not self.may_read and any(file is None for _, file in found):
            self.remarks.add(self.what, "у вебхука нет права disk")
        return found

    def _find(self, comment: int, attachment: int) -> ResultFile | None:
        return self._comments.get(comment, {}).get(attachment) or self._attached.get(attachment)


def _numbers(row: Row) -> list[int]:
    raw = row.get("files")
    values = list(raw.values()) if isinstance(raw, dict) else raw if isinstance(raw, list) else []
    return [number for each in values if (number := as_int(each)) is not None]


def _pair(row: Row, attachment: str, file: str) -> tuple[int, ResultFile] | None:
    number, file_id = as_int(row.get(attachment)), as_int(row.get(file))
    return None if number is None or file_id is None else (number, ResultFile(file_id, as_text(row.get("NAME"))))
