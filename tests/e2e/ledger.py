"""What really happened, asked from the engine's history, the portal's own store and the broker; no word of ours."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aio_pika
import aiohttp

from exchanger.bus.topology import topology

_ALL = "1000000"
_ANSWERS = {26: "ok", 27: "no"}  # the stand-in's list UF_RESULT_ANSWER: 26 ДА, 27 НЕТ


@dataclass(frozen=True, slots=True)
class InstanceRecord:
    """A process instance; `ends` are the end events it reached, `variables` its last values."""

    id: str
    state: str
    ends: tuple[str, ...]
    variables: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """An external task: how often the engine logged its creation, success and deletion."""

    id: str
    instance: str
    activity: str
    activity_instance: str
    created: int
    succeeded: int
    deleted: int


@dataclass(frozen=True, slots=True)
class Write:
    """One update of a variable, made while this activity instance ran."""

    instance: str
    activity_instance: str
    name: str
    value: object


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """A task of the portal: its key (XML_ID), the raw id, the answer (ok, no or None)."""

    id: str
    key: str
    raw_id: str
    answer: str | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that the audit compares."""

    instances: tuple[InstanceRecord, ...]
    tasks: tuple[TaskRecord, ...]
    writes: tuple[Write, ...]
    objects: tuple[ObjectRecord, ...]
    queues: Mapping[str, int]
    incidents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where to ask; `amqp` None — no broker was used."""

    engine: str
    tenant: str
    portal: str
    amqp: str | None


async def read_ledger(sources: Sources) -> Ledger:
    async with aiohttp.ClientSession() as session:
        history = History(session, sources)
        instances, tasks, writes, incidents = await asyncio.gather(
            _instances(history), _tasks(history), _writes(history), history.rows("incident")
        )
        objects = await _objects(session, sources.portal)
    queues = await depths(sources.amqp) if sources.amqp else {}
    return Ledger(instances, tasks, writes, objects, queues, tuple(str(row["incidentMessage"]) for row in incidents))


async def depths(amqp: str) -> dict[str, int]:
    """Messages waiting in every queue that we know; unacknowledged ones show up once their consumers are gone."""
    connection = await aio_pika.connect(amqp)
    async with connection:
        found: dict[str, int] = {}
        for name in topology().queues:
            channel = await connection.channel()
            queue = await channel.declare_queue(name, passive=True)
            found[name] = queue.declaration_result.message_count or 0
            await channel.close()
        return found


class History:
    """Raw rows of one tenant: the proof does not use the client that it proves."""

    def __init__(self, session: aiohttp.ClientSession, sources: Sources) -> None:
        self._session = session
        self._sources = sources

    async def rows(self, path: str, **query: str) -> list[dict[str, Any]]:
        params = {"tenantIdIn": self._sources.tenant, "maxResults": _ALL, **query}
        async with self._session.get(f"{self._sources.engine}/{path}", params=params) as response:
            assert response.status == 200, (path, await response.text())
            rows: list[dict[str, Any]] = await response.json()
            return rows

    async def count(self, path: str, **query: str) -> int:
        params = {"tenantIdIn": self._sources.tenant, **query}
        async with self._session.get(f"{self._sources.engine}/{path}/count", params=params) as response:
            assert response.status == 200, (path, await response.text())
            return int((await response.json())["count"])


async def _instances(history: History) -> tuple[InstanceRecord, ...]:
    rows, ends, values = await asyncio.gather(
        history.rows("history/process-instance"),
        history.rows("history/activity-instance", activityType="noneEndEvent", finished="true"),
        history.rows("history/variable-instance", deserializeValues="false"),
    )
    reached: dict[str, list[str]] = defaultdict(list)
    for row in ends:
        reached[row["processInstanceId"]].append(row["activityId"])
    variables: dict[str, dict[str, object]] = defaultdict(dict)
    for row in values:
        if row["activityInstanceId"] == row["processInstanceId"]:
            variables[row["processInstanceId"]][row["name"]] = row["value"]
    return tuple(
        InstanceRecord(row["id"], row["state"], tuple(sorted(reached[row["id"]])), variables[row["id"]]) for row in rows
    )


async def _tasks(history: History) -> tuple[TaskRecord, ...]:
    rows = await history.rows("history/external-task-log")
    known = {row["externalTaskId"]: row for row in rows}
    logged = {
        kind: Counter(row["externalTaskId"] for row in rows if row[kind])
        for kind in ("creationLog", "successLog", "deletionLog")
    }
    return tuple(
        TaskRecord(
            id=task,
            instance=row["processInstanceId"],
            activity=row["activityId"],
            activity_instance=row["activityInstanceId"],
            created=logged["creationLog"][task],
            succeeded=logged["successLog"][task],
            deleted=logged["deletionLog"][task],
        )
        for task, row in known.items()
    )


async def _writes(history: History) -> tuple[Write, ...]:
    rows = await history.rows("history/detail", variableUpdates="true", deserializeValues="false")
    return tuple(
        Write(row["processInstanceId"], row["activityInstanceId"], row["variableName"], row["value"]) for row in rows
    )


async def _objects(session: aiohttp.ClientSession, portal: str) -> tuple[ObjectRecord, ...]:
    async with session.get(f"{portal}/__admin/tasks") as response:
        tasks = (await response.json())["tasks"]
    return tuple(
        ObjectRecord(
            id=str(task["id"]),
            key=str(task["xml_id"]),
            raw_id=str(task["user_fields"].get("UF_CAMUNDA_ID_EXTERNAL_TASK")),
            answer=_ANSWERS.get(task["user_fields"].get("UF_RESULT_ANSWER")),
            closed=task["status"] == 5,
        )
        for task in tasks
    )
