"""Ответы движка о положении процесса → ожидания и записи истории."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exchanger.domain.task import Fetched
from exchanger.ops.rehearsal.scene import Awaits, Visit, Wait

Row = dict[str, Any]
"""Строка ответа REST."""

_SUBSCRIPTIONS = {each.value: each for each in (Awaits.MESSAGE, Awaits.SIGNAL, Awaits.CONDITION)}


PROGRESS = frozenset({"nrOfCompletedInstances", "loopCounter"})
"""Переменные движка, по которым видно, сколько повторов многократного элемента позади."""


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


def read_values(
    rows: Sequence[Row], names: Collection[str], instances: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Значения этих переменных, текстом, по порядку имён."""
    found = [
        (f"{instances.get(row['processInstanceId'], '')}:{row['name']}", repr(row["value"]))
        for row in rows
        if row["name"] in names
    ]
    return tuple(sorted(found))


def read_joins(unfinished: Sequence[Row]) -> tuple[tuple[str, str], ...]:
    """Ветви, которые уже пришли к слияниям и ждут остальных: в ожиданиях их не видно."""
    waiting = Counter(
        f"{row['processDefinitionKey']}:{row['activityId']}"
        for row in unfinished
        if row["activityType"].endswith("Gateway")
    )
    return tuple(sorted((place, f"пришло {number}") for place, number in waiting.items()))


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
