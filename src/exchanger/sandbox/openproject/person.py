"""Что делают люди в самом OpenProject: закрывают, отклоняют, переносят, удаляют, отвечают."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import Principal, WorkPackage
from exchanger.sandbox.openproject.writing import create


@dataclass(frozen=True, slots=True)
class Person:
    """Человек за экраном."""

    instance: Instance
    user: Principal

    def create(self, project: str, subject: str) -> WorkPackage:
        """Завести пакет."""
        links = {"project": {"href": f"/api/v3/projects/{project}"}}
        return create(self.instance, self.user, {"subject": subject, "_links": links}, notify=True)

    def close(self, number: int) -> None:
        """Закрыть: первое закрытое состояние."""
        self.set_status(number, next(each.id for each in self.instance.statuses.values() if each.closed))

    def reopen(self, number: int) -> None:
        """Вернуть в работу."""
        self.set_status(number, self.instance.default_status().id)

    def set_status(self, number: int, status: int) -> None:
        """Перевести в состояние."""
        one = self._package(number)
        one.status = status
        self._saved(one)

    def fill(self, number: int, field: int, value: object) -> None:
        """Заполнить пользовательское поле: у ссылочных — номером варианта или списком номеров."""
        one = self._package(number)
        one.custom[field] = value
        self._saved(one)

    def move(self, number: int, project: int) -> None:
        """Перенести в другой проект: значения полей, которых там нет, перестают быть видны."""
        one = self._package(number)
        one.project = project
        self._saved(one)

    def hide(self, number: int) -> None:
        """Лишить остальных доступа к пакету."""
        self._package(number).hidden = True

    def delete(self, number: int) -> None:
        """Удалить: следов не остаётся."""
        del self.instance.work_packages[number]

    def comment(self, number: int, text: str) -> None:
        """Написать комментарий."""
        self.instance.touched(self._package(number), self.user, text)

    def _package(self, number: int) -> WorkPackage:
        return self.instance.work_packages[number]

    def _saved(self, one: WorkPackage) -> None:
        one.lock_version += 1
        self.instance.touched(one, self.user)
