"""Что люди делают в самой базе: исполняют, помечают, удаляют, перенаправляют, правят."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from exchanger.sandbox.onec import actions, writing
from exchanger.sandbox.onec.infobase import Infobase
from exchanger.sandbox.onec.schema import TYPE_PREFIX

_USERS = "Catalog_Пользователи"


@dataclass(frozen=True, slots=True)
class Person:
    """Человек за клиентом 1С: права не проверяются."""

    base: Infobase

    def execute(self, ref: str, result: str = "") -> None:
        """Выполнить задачу с таким результатом."""
        self.write(actions.TASKS, ref, {"РезультатВыполнения": result})
        kind = self.base.type(actions.TASKS)
        actions.execute(self.base, kind, self.base.row(kind, (ref,)))

    def mark(self, name: str, ref: str, *, deleted: bool = True) -> None:
        """Поставить или снять пометку удаления."""
        self.write(name, ref, {"DeletionMark": deleted})

    def destroy(self, name: str, ref: str) -> None:
        """Удалить физически."""
        self.base.erased(self.base.types[name], (ref,))

    def forward(self, ref: str, user: str) -> None:
        """Перенаправить задачу другому."""
        self.write(actions.TASKS, ref, {"Исполнитель": user, "Исполнитель_Type": TYPE_PREFIX + _USERS})

    def write(self, name: str, ref: str, fields: dict[str, Any]) -> None:
        """Записать поля."""
        kind = self.base.types[name]
        writing.change(self.base, kind, self.base.row(kind, (ref,)), fields)
