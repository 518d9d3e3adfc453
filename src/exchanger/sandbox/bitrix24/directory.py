"""Сотрудники и отделы: поиск и подчинённость."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.machine import Actor

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.model import Department, Task, User


@dataclass(slots=True)
class Directory:
    """Справочник портала."""

    users: dict[int, User] = field(default_factory=dict)
    departments: dict[int, Department] = field(default_factory=dict)

    def active(self, user_id: int) -> User | None:
        """Действующий сотрудник или None."""
        user = self.users.get(user_id)
        return user if user is not None and user.active else None

    def heads(self, boss: int, worker: int) -> bool:
        """Руководит ли `boss` отделом, в котором (или под которым) числится `worker`."""
        user = self.users.get(worker)
        return boss != worker and user is not None and any(self._headed(boss, number) for number in user.departments)

    def _headed(self, boss: int, number: int) -> bool:
        department = self.departments.get(number)
        while department is not None:
            if department.head == boss:
                return True
            department = self.departments.get(department.parent) if department.parent is not None else None
        return False

    def supervisor(self, user_id: int) -> int | None:
        """Руководитель первого отдела сотрудника; сам себе - руководитель отдела выше."""
        user = self.users.get(user_id)
        department = self.departments.get(user.departments[0]) if user is not None and user.departments else None
        while department is not None:
            if department.head not in {None, user_id}:
                return department.head
            department = self.departments.get(department.parent) if department.parent is not None else None
        return None

    def actor(self, user: User, task: Task) -> Actor:
        """Человек в отношении к задаче."""
        return Actor(
            id=user.id,
            admin=user.admin,
            heads_creator=self.heads(user.id, task.created_by),
            heads_responsible=any(self.heads(user.id, each) for each in task.participants),
        )
