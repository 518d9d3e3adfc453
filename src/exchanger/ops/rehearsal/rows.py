"""Ответы движка о положении процесса → ожидания и записи истории."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchanger.domain.task import Fetched
from exchanger.ops.rehearsal.scene import Awaits, Visit, Wait

Row = dict[str, Any]
"""Строка ответа REST."""

_SUBSCRIPTIONS = {each.value: each for each in (Awaits.MESSAGE, Awaits.SIGNAL, Awaits.CONDITION)}


@dataclass(frozen=True, slots=True)
class Names:
    """Как по id движка узнать процесс и элемент: экземпляр → процесс, определение → процесс, род задания → элемент."""

    instances: Mapping[str, str]
    definitions: Mapping[str, str]
    timers: Mapping[str, str]


def read_waits(
    tasks: Sequence[Fetched],
    users: Sequence[Row],
    jobs: Sequence[Row],
    subscriptions: Sequence[Row],
    names: Names,
) -> tuple[Wait, ...]:
    """Ожидания незавершённых экземпляров; подписки самих определений (сообщение начала) сюда не входят."""
    return (
        *(_external(one) for one in tasks),
        *(_user(row, names) for row in users),
        *_timers(jobs, names),
        *_events(subscriptions, names),
    )


def read_visit(row: Row) -> Visit:
    """Запись истории."""
    return Visit(
        process=row["processDefinitionKey"],
        element=row["activityId"],
        kind=row["activityType"],
        instance=row["processInstanceId"],
        finished=row["endTime"] is not None,
        canceled=bool(row["canceled"]),
    )


def _external(one: Fetched) -> Wait:
    task = one.task
    return Wait(
        Awaits.EXTERNAL, task.process_definition_key, task.activity_id, task.id, task.process_instance_id, task=one
    )


def _user(row: Row, names: Names) -> Wait:
    process = names.definitions.get(row["processDefinitionId"], "")
    return Wait(Awaits.USER, process, row["taskDefinitionKey"], row["id"], row["processInstanceId"])


def _timers(jobs: Sequence[Row], names: Names) -> Iterator[Wait]:
    for row in jobs:
        if row["processInstanceId"] in names.instances:
            element = names.timers.get(row["jobDefinitionId"], "")
            yield Wait(Awaits.TIMER, row["processDefinitionKey"], element, row["id"], row["processInstanceId"])


def _events(subscriptions: Sequence[Row], names: Names) -> Iterator[Wait]:
    for row in subscriptions:
        awaits, process = _SUBSCRIPTIONS.get(row["eventType"]), names.instances.get(row["processInstanceId"])
        if awaits is not None and process is not None:
            event = row["eventName"] or ""
            yield Wait(awaits, process, row["activityId"], row["executionId"], row["processInstanceId"], event)
