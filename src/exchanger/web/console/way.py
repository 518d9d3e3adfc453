"""Путь задачи стадиями для рисунка: что пройдено и когда, где она сейчас, что не так."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exchanger.domain.event import EventKind
from exchanger.domain.reconcile import EngineSays
from exchanger.domain.task import ObjectState
from exchanger.engine.past import Passed
from exchanger.ops.trace import Story, TaskFacts


class Look(StrEnum):
    """Вид стадии."""

    PASSED = "passed"
    HERE = "here"
    TROUBLE = "trouble"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Stage:
    """Стадия; `at` None — пройдена или нет, а времени никто не помнит."""

    title: str
    look: Look
    at: datetime | None = None


_TITLES = ("появилась", "заявка", "объект создан", "выдано", "исход", "кончена")
_HEARD = (
    frozenset({EventKind.APPEARED}),
    frozenset({EventKind.ORDERED}),
    frozenset({EventKind.CREATED, EventKind.ADOPTED}),
    frozenset({EventKind.MADE}),
    frozenset({EventKind.ANSWERED}),
    frozenset({EventKind.SETTLED, EventKind.GONE}),
)
_ORDERED, _OBJECT, _MADE, _OUTCOME, _END = range(1, len(_TITLES))


def way(facts: TaskFacts, story: Story) -> tuple[Stage, ...]:
    """Стадии слева направо: последняя пройденная — где задача сейчас."""
    reached = _reached(facts)
    current = Look.TROUBLE if story.trouble else Look.HERE
    looks = [Look.PASSED if n < reached else current if n == reached else Look.AHEAD for n in range(len(_TITLES))]
    return tuple(
        Stage(title, seen, at if seen is not Look.AHEAD else None)
        for title, seen, at in zip(_TITLES, looks, _times(facts), strict=True)
    )


def _reached(facts: TaskFacts) -> int:
    if facts.task is None:
        return _END
    if facts.says is EngineSays.MADE:
        over = any(one.state is not ObjectState.OPEN for one in facts.objects or ())
        still = any(one.state is ObjectState.OPEN for one in facts.objects or ())
        return _OUTCOME if over and not still else _MADE
    if facts.objects:
        return _OBJECT
    tried = any(entry.passed is Passed.FAILED for entry in facts.log)
    return _ORDERED if tried or facts.dead_letters or facts.task.worker_id is not None else 0


def _times(facts: TaskFacts) -> Iterable[datetime | None]:
    """The last moment of each stage: a task taken again goes its way again."""
    created = [entry.at for entry in facts.log if entry.passed is Passed.CREATED]
    ended = [entry.at for entry in facts.log if entry.passed in {Passed.SUCCEEDED, Passed.DELETED}]
    for number, kinds in enumerate(_HEARD):
        heard = [event.at for event in facts.events if event.kind in kinds]
        known = created if number == 0 else ended if number == _END else []
        yield max(known or heard, default=None)
