"""The audit itself: a sound ledger passes, and each kind of loss, doubling or overwriting is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.e2e.agreement import expected
from tests.e2e.audit import audit
from tests.e2e.ledger import InstanceRecord, Ledger, ObjectRecord, TaskRecord, Write
from tests.e2e.world import KEY_PREFIX

_PASSED = (("t1", "prepare", None), ("t2", "review", "no"), ("t3", "rework", None), ("t4", "review", "ok"))
_LETTERS = {"prepare": "B", "review": "A", "rework": "R"}


def _writes(task: str, activity: str, answer: str | None) -> list[Write]:
    place = ("i1", f"{activity}:{task}")
    values: dict[str, object] = {
        "bitrix_task_id": task[1:],
        "bitrix_task_title": "…",
        "bitrix_task_status": "5",
        "bitrix_task_responsible_id": "1",
        f"{activity}_result": None,
        f"{activity}_result_files": "[]",
        "exchanger_link": "…",
        "counter": 1,
        "trail": "",
    }
    if answer:
        values |= {activity: answer, "title": "…"}
    return [Write(*place, name, value) for name, value in values.items()]


def sound() -> Ledger:
    between = ["subject", "counter", "trail", "verdict", "verdict"]
    return Ledger(
        instances=(InstanceRecord("i1", "COMPLETED", ("done",), {"counter": 4, "trail": "BARA"}),),
        tasks=tuple(TaskRecord(task, "i1", activity, f"{activity}:{task}", 1, 1, 0) for task, activity, _ in _PASSED),
        writes=(
            *(Write("i1", "i1", name, "…") for name in between),
            *(write for passed in _PASSED for write in _writes(*passed)),
        ),
        objects=tuple(
            ObjectRecord(task[1:], KEY_PREFIX + task, task, answer, closed=True) for task, _, answer in _PASSED
        ),
        queues={"bitrix24.queue": 0},
        incidents=(),
    )


def test_a_sound_ledger_has_no_faults() -> None:
    assert audit(sound(), expected({"i1"})) == []


def _first_object(ledger: Ledger, **changes: object) -> Ledger:
    return replace(ledger, objects=(replace(ledger.objects[0], **changes), *ledger.objects[1:]))  # type: ignore[arg-type]


def _first_task(ledger: Ledger, **changes: object) -> Ledger:
    return replace(ledger, tasks=(replace(ledger.tasks[0], **changes), *ledger.tasks[1:]))  # type: ignore[arg-type]


def _instance(ledger: Ledger, **changes: object) -> Ledger:
    return replace(ledger, instances=(replace(ledger.instances[0], **changes),))  # type: ignore[arg-type]


def _wrote(ledger: Ledger, name: str) -> Ledger:
    return replace(ledger, writes=(*ledger.writes, Write("i1", "prepare:t1", name, 0)))


_BREACHES: dict[str, Callable[[Ledger], Ledger]] = {
    "a task made twice": lambda ledger: replace(ledger, objects=(*ledger.objects, replace(ledger.objects[0], id="9"))),
    "a task never made": lambda ledger: replace(ledger, objects=ledger.objects[1:]),
    "an object without a task": lambda ledger: _first_object(ledger, key=f"{KEY_PREFIX}t9", raw_id="t9"),
    "an object left open": lambda ledger: _first_object(ledger, closed=False),
    "key and raw id disagree": lambda ledger: _first_object(ledger, raw_id="t2"),
    "a completion with another object's id": lambda ledger: _first_object(ledger, id="9"),
    "an answer that nobody gave": lambda ledger: replace(
        ledger, objects=(*ledger.objects[:-1], replace(ledger.objects[-1], answer=None))
    ),
    "completed twice": lambda ledger: _first_task(ledger, succeeded=2),
    "never completed": lambda ledger: _first_task(ledger, succeeded=0),
    "cancelled": lambda ledger: _first_task(ledger, deleted=1),
    "an instance still running": lambda ledger: _instance(ledger, state="ACTIVE"),
    "the wrong end": lambda ledger: _instance(ledger, ends=("elsewhere",)),
    "an unknown instance": lambda ledger: replace(ledger, instances=(*ledger.instances, ledger.instances[0])),
    "a stale counter written back": lambda ledger: _instance(ledger, variables={"counter": 3, "trail": "BARA"}),
    "a stale text written back": lambda ledger: _instance(ledger, variables={"counter": 4, "trail": "BAR"}),
    "an echo of a fetched variable": lambda ledger: _wrote(ledger, "subject"),
    "a counter written back unchanged": lambda ledger: _wrote(ledger, "counter"),
    "a result written twice": lambda ledger: _wrote(ledger, "bitrix_task_id"),
    "a write between tasks": lambda ledger: replace(ledger, writes=(*ledger.writes, Write("i1", "i1", "subject", 0))),
    "a round too few": lambda ledger: replace(
        ledger, tasks=tuple(task for task in ledger.tasks if task.activity != "rework")
    ),
    "a message left": lambda ledger: replace(ledger, queues={"bitrix24.queue": 1}),
    "an incident": lambda ledger: replace(ledger, incidents=("boom",)),
}


@pytest.mark.parametrize("breach", _BREACHES.values(), ids=_BREACHES.keys())
def test_each_breach_is_told(breach: Callable[[Ledger], Ledger]) -> None:
    assert audit(breach(sound()), expected({"i1"}))
