"""Шаблоны задач: одна запись на оба способа их прочитать — методами портала и дополнительного модуля."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """Участник шаблона: O, R, A или U; `resolver` — кто вычисляет сотрудника по переменным процесса."""

    kind: str
    user_id: int = 0
    code: str = ""
    resolver: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """Пункт чек-листа шаблона; `parent` 0 — сам чек-лист; `members` — сотрудник и роль (A или U)."""

    id: int
    title: str
    parent: int = 0
    checked: bool = False
    important: bool = False
    sort: int = 0
    members: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """Вопрос анкеты."""

    code: str
    name: str
    type: str = "string"
    required: bool = False
    options: Any = None
    iblock: int | None = None


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Анкета."""

    id: int
    code: str
    title: str
    questions: tuple[Question, ...] = ()
    sort: int = 100


@dataclass(slots=True)
class Template:
    """Шаблон задачи. `fields` — поля в записи портала (DEADLINE_AFTER, *_USE_SUPERVISOR, …)."""

    id: int
    title: str
    description: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    tags: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    files: tuple[int, ...] = ()
    questionnaires: tuple[Questionnaire, ...] = ()
    in_description: tuple[Questionnaire, ...] = ()

    def users(self, kind: str) -> list[int]:
        """Сотрудники, названные в шаблоне прямо."""
        return [each.user_id for each in self.members if each.kind == kind and each.user_id]

    def child_ids(self, item: Item) -> list[int]:
        """Вложенные пункты по порядку."""
        return [each.id for each in self.items if each.parent == item.id]

    def level(self, item: Item) -> int:
        """Глубина пункта: 0 — сам чек-лист."""
        depth, by_id = 0, {each.id: each for each in self.items}
        while item.parent:
            item, depth = by_id[item.parent], depth + 1
        return depth
