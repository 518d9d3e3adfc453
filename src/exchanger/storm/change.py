"""Перемена в исполняемом документе: какого она вида и как о ней сказать."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Aspect(StrEnum):
    """Вид перемены; `NOISE` — сведения о диаграмме, которые её работы не касаются."""

    ADDED = "added"
    REMOVED = "removed"
    KIND = "kind"
    NAME = "name"
    TOPIC = "topic"
    CONDITION = "condition"
    DEFAULT = "default"
    ASSIGNEE = "assignee"
    CHECKLIST = "checklist"
    QUESTION = "question"
    TIMER = "timer"
    EVENT = "event"
    ROUTE = "route"
    CALL = "call"
    VERSION = "version"
    NOISE = "noise"
    OTHER = "other"


TITLES = {
    Aspect.ADDED: "добавлено",
    Aspect.REMOVED: "убрано",
    Aspect.KIND: "род",
    Aspect.NAME: "название",
    Aspect.TOPIC: "тема",
    Aspect.CONDITION: "условие",
    Aspect.DEFAULT: "ветвь по умолчанию",
    Aspect.ASSIGNEE: "ответственный",
    Aspect.CHECKLIST: "чек-листы",
    Aspect.QUESTION: "вопрос",
    Aspect.TIMER: "таймер",
    Aspect.EVENT: "событие",
    Aspect.ROUTE: "путь",
    Aspect.CALL: "вызов",
    Aspect.VERSION: "метка версии",
    Aspect.OTHER: "прочее",
}

_PEOPLE = r"assigneeName|assigneeId|responsible\w*|originatorId|createdBy\w*|accomplices|auditors"
_RULES: tuple[tuple[re.Pattern[str], Aspect], ...] = tuple(
    (re.compile(pattern), aspect)
    for pattern, aspect in (
        (r"custom:diagram/custom:(id|name)$", Aspect.OTHER),
        (r"custom:diagram/", Aspect.NOISE),
        (r"^@name$", Aspect.NAME),
        (r"(^|/)@camunda:topic$", Aspect.TOPIC),
        (r"conditionExpression", Aspect.CONDITION),
        (r"^@default$", Aspect.DEFAULT),
        (r"@camunda:(assignee|candidateUsers|candidateGroups|dueDate)$", Aspect.ASSIGNEE),
        (rf"camunda:property\[({_PEOPLE})\]", Aspect.ASSIGNEE),
        (r"camunda:property\[checklist\w*\]", Aspect.CHECKLIST),
        (r"camunda:property\[UF_RESULT_\w+\]", Aspect.QUESTION),
        (r"timerEventDefinition", Aspect.TIMER),
        (r"EventDefinition", Aspect.EVENT),
        (r"^@(sourceRef|targetRef|attachedToRef)$|^lane$", Aspect.ROUTE),
        (r"^@calledElement$", Aspect.CALL),
        (r"^@camunda:versionTag$", Aspect.VERSION),
    )
)
_LONGEST = 160


def aspect_of(path: str) -> Aspect:
    """Вид перемены по месту в элементе (`@camunda:topic`, `conditionExpression`, …)."""
    return next((aspect for pattern, aspect in _RULES if pattern.search(path)), Aspect.OTHER)


@dataclass(frozen=True, slots=True)
class Change:
    """Одна перемена: чего, где (`what` — место внутри элемента), что было и что стало («» — ничего)."""

    aspect: Aspect
    element_id: str
    element_name: str
    kind: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        name = f" «{self.element_name}»" if self.element_name else ""
        where = f"{self.kind} {self.element_id}{name}"
        if self.aspect in {Aspect.ADDED, Aspect.REMOVED}:
            told = self.before or self.after
            return f"{TITLES[self.aspect]}: {where}" + (f" ({_short(told)})" if told else "")
        place = f", {self.what}" if self.aspect is Aspect.OTHER else ""
        return f"{TITLES[self.aspect]}{place}: {where}: {_shown(self.before)} → {_shown(self.after)}"


def _shown(value: str) -> str:
    return f"«{_short(value)}»" if value else "нет"


def _short(value: str) -> str:
    flat = " ".join(value.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST]}…"
