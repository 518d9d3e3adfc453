"""Задача при переезде: что о ней известно и что решено."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from exchanger.domain.task import ExternalTask, Snapshot
from exchanger.ops.moving.traces import Trace


class Finding(StrEnum):
    """Что нашли."""

    INCIDENT = "incident"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"
    FINISHED = "finished"
    OPEN = "open"
    HALF_BUILT = "open_without_receipt"
    REFUSED = "refused"
    ANSWER = "answer_waiting"
    UNSEEN = "object_unseen"
    ORDER = "order_waiting"
    UNDELIVERED = "answer_undelivered"
    FREE = "lock_expires"
    NOTHING = "nothing"
    UNTRACKED = "system_untracked"


class Step(StrEnum):
    """Что делает apply: первые четыре — приём, отпирание и остальные — передача назад."""

    LEAVE = "ничего"
    HOLD = "запереть за нами надолго"
    LEASE = "запереть за нами на срок аренды"
    RELEASE = "отпереть"
    GIVE = "квитанция и запор прежнему работнику"
    LOCK = "запор прежнему работнику"


@dataclass(frozen=True, slots=True)
class Case:
    """Задача и всё, что о ней известно. `objects` None — система не дала достоверного ответа, `unknown` — почему."""

    task: ExternalTask
    system: str
    objects: Sequence[Snapshot] | None
    trace: Trace
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Решение: что нашли, что сделает apply, что будет дальше и что решает человек («» — ничего)."""

    finding: Finding
    step: Step
    then: str
    person: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """Задача, решение о ней и что сделано («» — ничего не делали)."""

    case: Case
    verdict: Verdict
    done: str = ""


def same_state(one: ExternalTask, other: ExternalTask) -> bool:
    """Задача с тех пор не сменила состояния."""
    return _state(one) == _state(other)


def _state(task: ExternalTask) -> tuple[object, ...]:
    return task.worker_id, task.locked_until, task.retries, task.suspended
