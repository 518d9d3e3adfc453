"""Сверка: что говорит движок × что есть в системе → одно действие. Чистая функция, первая подходящая строка выигрывает.

Движок читают раньше системы. Отсутствие ничего не доказывает: «отменена» требует доказательства из истории движка,
«удалён» — двух наблюдений с перерывом.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from exchanger.domain.policy import CancelPolicy, Locks
from exchanger.domain.task import ExternalTask, Fate, ObjectState, Snapshot

MISSING_GAP = timedelta(minutes=1)
"""Между двумя наблюдениями «объекта нет» должно пройти не меньше."""

REPEATS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Когда повторять исход, который движок ещё не принял; последняя пауза повторяется."""


class EngineSays(Enum):
    """Что движок говорит о внешней задаче."""

    UNKNOWN = "unknown"
    NOT_MADE = "not_made"
    SUSPENDED = "suspended"
    MADE = "made"
    INCIDENT = "incident"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    UNPROVED = "unproved"


def engine_says(task: ExternalTask | None, fate: Fate | None, *, now: datetime | None, locks: Locks) -> EngineSays:
    """Свести задачу (None — её нет) и её судьбу к строке сверки; `now` — часы движка."""
    if task is None:
        return _GONE.get(fate, EngineSays.UNKNOWN) if fate is not None else EngineSays.UNKNOWN
    if task.is_incident:
        return EngineSays.INCIDENT
    if now is None:
        return EngineSays.UNKNOWN
    if task.locked_until is None or task.locked_until <= now + locks.made_beyond:
        return EngineSays.NOT_MADE
    return EngineSays.SUSPENDED if task.suspended else EngineSays.MADE


_GONE = {
    Fate.CANCELLED: EngineSays.CANCELLED,
    Fate.COMPLETED: EngineSays.COMPLETED,
    Fate.UNPROVED: EngineSays.UNPROVED,
}


@dataclass(frozen=True, slots=True)
class Memory:
    """Что наблюдатель помнит об обязательстве между проходами. Потеря безвредна."""

    missing_since: datetime | None = None
    answered: int = 0
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Не делать ничего."""

    why: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Следить дальше; продлить запор; сказать двойникам; `overdue` — объект, чей срок прошёл (если пора сказать)."""

    renew: bool = False
    twins: tuple[Snapshot, ...] = ()
    overdue: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Передать исход этого объекта (завершён или отклонён человеком)."""

    found: Snapshot


@dataclass(frozen=True, slots=True)
class NoteMissing:
    """Запомнить, что объекта не видно."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """Объект был и пропал: инцидент."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Задача отменена: поступить с открытыми объектами по правилу."""

    objects: tuple[Snapshot, ...]
    policy: CancelPolicy


@dataclass(frozen=True, slots=True)
class TellReopened:
    """Процесс уже прошёл, а объект снова открыт: сказать в нём."""

    objects: tuple[Snapshot, ...]


@dataclass(frozen=True, slots=True)
class TellUnproved:
    """Задачи в движке нет, и почему — не доказано: сказать в объекте и посчитать для тормоза."""

    objects: tuple[Snapshot, ...]


Action = Nothing | Watch | Answer | NoteMissing | Deleted | Cancel | TellReopened | TellUnproved


@dataclass(frozen=True, slots=True)
class Rules:
    """Настройки сверки системы."""

    locks: Locks = field(default_factory=Locks)
    cancel: CancelPolicy = CancelPolicy.COMMENT
    answer_clears_incident: bool = False


def decide(
    says: EngineSays,
    objects: Sequence[Snapshot] | None,
    *,
    now: datetime,
    rules: Rules,
    memory: Memory | None = None,
    locked_until: datetime | None = None,
) -> Action:
    """Выбрать действие. `objects` — все объекты ключа; None — система неизвестна. `now` — часы движка."""
    if says is EngineSays.UNKNOWN or objects is None:
        return Nothing("движок или система не дали достоверного ответа")
    if says is EngineSays.NOT_MADE:
        return Nothing("не выдано: заявка в пути или задачу возьмёт выборка")
    if says is EngineSays.SUSPENDED:
        return Watch()
    if says is EngineSays.MADE:
        return _made(objects, memory or Memory(), now=now, rules=rules, locked_until=locked_until)
    if says is EngineSays.INCIDENT:
        finished = in_state(objects, ObjectState.FINISHED)
        return Answer(finished[0]) if rules.answer_clears_incident and finished else Watch()
    return _gone(says, in_state(objects, ObjectState.OPEN), rules)


def _made(
    objects: Sequence[Snapshot], memory: Memory, *, now: datetime, rules: Rules, locked_until: datetime | None
) -> Action:
    finished, still_open = in_state(objects, ObjectState.FINISHED), in_state(objects, ObjectState.OPEN)
    ended = finished or ([] if still_open else in_state(objects, ObjectState.REFUSED))
    if ended:
        return Answer(ended[0]) if _answer_is_due(memory, now) else Watch()
    if still_open:
        renew = locked_until is not None and locked_until < now + rules.locks.renew_below
        late = still_open[0] if still_open[0].overdue and _answer_is_due(memory, now) else None
        return Watch(renew=renew, twins=_twins(still_open), overdue=late)
    if memory.missing_since is None or now - memory.missing_since < MISSING_GAP:
        return NoteMissing()
    return Deleted() if _answer_is_due(memory, now) else NoteMissing()


def _gone(says: EngineSays, still_open: list[Snapshot], rules: Rules) -> Action:
    if not still_open:
        return Nothing("задача в движке кончилась, открытых объектов нет")
    if says is EngineSays.CANCELLED:
        return Cancel(tuple(still_open), rules.cancel)
    if says is EngineSays.COMPLETED:
        return TellReopened(tuple(still_open))
    return TellUnproved(tuple(still_open))


def _answer_is_due(memory: Memory, now: datetime) -> bool:
    if memory.answered == 0 or memory.answered_at is None:
        return True
    return now - memory.answered_at >= REPEATS[min(memory.answered, len(REPEATS)) - 1]


def in_state(objects: Sequence[Snapshot], state: ObjectState) -> list[Snapshot]:
    """Объекты в этом состоянии: сначала новейшее поколение, в нём — старейший объект."""
    chosen = [found for found in objects if found.state is state]
    return sorted(chosen, key=lambda found: (-_generation(found), len(found.ref.id), found.ref.id))


def _twins(still_open: list[Snapshot]) -> tuple[Snapshot, ...]:
    newest = _generation(still_open[0])
    return tuple(found for found in still_open[1:] if _generation(found) == newest)


def _generation(found: Snapshot) -> int:
    return found.key.generation if found.key is not None else 1


def brake_trips(vanished: int, total: int) -> bool:
    """Слишком много обязательств пропало за один проход: остановить систему и звать человека."""
    return vanished > max(20, total // 20)
