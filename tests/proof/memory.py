"""The installation in memory with a crash point in its ports, and its ledger for the one audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from dataclasses import replace
from typing import Any

from exchanger.bus.topology import topology
from exchanger.domain.outcome import Completed
from exchanger.domain.task import ExternalTask, ObjectState
from exchanger.roles.duty import Duty
from exchanger.roles.responder import Responder
from exchanger.roles.worker import Worker
from exchanger.testing.crash_points import Crash
from exchanger.testing.crash_points_ports import context_with, system_with
from exchanger.testing.memory_system import MEMORY_TOPIC
from exchanger.wire.names import ERRORS_QUEUE
from tests.e2e import audit
from tests.e2e.audit import Expected
from tests.e2e.ledger import InstanceRecord, Ledger, ObjectRecord, TaskRecord, Write
from tests.roles.house import OURS, SYSTEM, House

ANSWER = "да"
_IDENTITIES = (audit._instances, audit._tasks, audit._objects, audit._answers, audit._leftovers)
"""All of the audit that is not about a real engine's record of variables."""


def roles_with(crash: Crash, home: House) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    context = context_with(crash, home.context)
    return [
        Worker(context, SYSTEM, [MEMORY_TOPIC], home.wait, home.window).run,
        Responder(context).run,
        Duty(context, system_with(crash, home.system), home.rules, home.pace).run,
    ]


def faults(home: House, tasks: list[ExternalTask], cancelled: Collection[str] = ()) -> list[str]:
    """The audit of everything that happened to these tasks; objects of cancelled ones may be there or not."""
    ledger = ledger_of(home, tasks)
    ledger = replace(ledger, objects=tuple(found for found in ledger.objects if found.raw_id not in cancelled))
    expected = Expected(
        started=frozenset(task.process_instance_id for task in tasks),
        key_prefix=f"exch:{OURS.name}:{OURS.engine}:",
        ends=frozenset({"end"}),
        asking=frozenset(task.activity_id for task in tasks),
    )
    return [fault for check in _IDENTITIES for fault in check(ledger, expected)]


def ledger_of(home: House, tasks: list[ExternalTask]) -> Ledger:
    records = [_task(home, task) for task in tasks]
    return Ledger(
        instances=tuple(
            InstanceRecord(task.process_instance_id, "COMPLETED" if record.succeeded else "ACTIVE", ("end",), {})
            for task, record in zip(tasks, records, strict=True)
        ),
        tasks=tuple(records),
        writes=tuple(write for task in tasks for done in home.completed(task) for write in _writes(task, done)),
        objects=tuple(
            ObjectRecord(
                id=found.id,
                key=found.key,
                raw_id=found.key.rpartition(":")[2],
                answer=found.answer,
                closed=found.state is ObjectState.FINISHED,
            )
            for found in home.objects.all
        ),
        queues={name: home.bus.waiting(name) for name in topology([SYSTEM]).queues if name != ERRORS_QUEUE},
        incidents=tuple(task.id for task in home.state.incidents),
    )


def _task(home: House, task: ExternalTask) -> TaskRecord:
    done = len(home.completed(task))
    left = 0 if task.id in home.state.tasks or done else 1
    return TaskRecord(task.id, task.process_instance_id, task.activity_id, task.activity_instance_id, 1, done, left)


def _writes(task: ExternalTask, done: Completed) -> list[Write]:
    # The audit knows the number of the object by its name in Bitrix24.
    names = {"memory_id": "bitrix_task_id"}
    place = task.process_instance_id, task.activity_instance_id
    return [Write(*place, names.get(name, name), variable.value) for name, variable in done.variables.items()]
