"""Обзор движка для людей: определения, экземпляры, внешние задачи по темам. Только чтение, только свой тенант."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from exchanger.domain.task import ExternalTask
from exchanger.domain.variables import JsonValue
from exchanger.engine._rest import read_task
from exchanger.engine.admin import Instance
from exchanger.engine.errors import error_of
from exchanger.engine.http import Answer, EngineHttp, Request

_PAGE = 500


class TaskState(StrEnum):
    """Что с внешней задачей; у каждой ровно одно."""

    WAITING = "ждёт"
    OURS = "за нами"
    OTHERS = "за другим работником"
    SUSPENDED = "приостановлена"
    INCIDENT = "инцидент"


@dataclass(frozen=True, slots=True)
class Definition:
    """Определение процесса."""

    id: str
    key: str
    name: str
    version: int
    tenant_id: str | None
    suspended: bool


@dataclass(frozen=True, slots=True)
class Load:
    """Версия определения под нагрузкой: незавершённых экземпляров и открытых инцидентов."""

    definition: Definition
    instances: int
    incidents: int


TopicCounts = Mapping[str, Mapping[TaskState, int]]
"""Тема → состояние → сколько; тем без задач нет."""


class EngineSurvey:
    """Обзор глазами тенанта (None — всех, кого показывает движок)."""

    def __init__(self, http: EngineHttp, tenant_id: str | None, worker_id: str) -> None:
        self._http = http
        self._tenant = tenant_id
        self._worker = worker_id

    async def definitions(self) -> list[Definition]:
        """Последние версии определений, по ключу."""
        query = {"latestVersion": "true", "sortBy": "key", "sortOrder": "asc"}
        if self._tenant is not None:
            query["tenantIdIn"] = self._tenant
        found: list[Definition] = []
        while True:
            window = {**query, "firstResult": str(len(found)), "maxResults": str(_PAGE)}
            page = await self._list(Request("GET", ("process-definition",), query=window))
            found += [_definition(raw) for raw in page]
            if len(page) < _PAGE:
                return found

    async def loads(self) -> list[Load]:
        """Каждая версия, у которой есть экземпляры или инциденты."""
        rows = await self._list(Request("GET", ("process-definition", "statistics"), query={"incidents": "true"}))
        loads = [
            Load(
                _definition(raw["definition"]),
                raw["instances"],
                sum(kind["incidentCount"] for kind in raw["incidents"]),
            )
            for raw in rows
        ]
        return [
            load
            for load in loads
            if (load.instances or load.incidents) and self._tenant in {None, load.definition.tenant_id}
        ]

    async def instances(self, key: str, limit: int) -> list[Instance]:
        """Не больше `limit` незавершённых экземпляров; пустой ключ — всех определений."""
        body = self._body({"processDefinitionKey": key} if key else {}, by="instanceId")
        return [
            Instance(raw["id"], raw["definitionId"], raw["businessKey"], raw["suspended"], raw["tenantId"])
            for raw in await self._list(_limited(("process-instance",), body, limit))
        ]

    async def tasks(self, topic: str, limit: int) -> list[ExternalTask]:
        """Не больше `limit` внешних задач; пустая тема — всех."""
        body = self._body({"topicName": topic} if topic else {}, by="id")
        return [read_task(raw) for raw in await self._list(_limited(("external-task",), body, limit))]

    async def topics(self) -> TopicCounts:
        """Сколько задач у каждой темы в каждом состоянии."""
        names = (await self._done(Request("GET", ("external-task", "topic-names")))).body
        counted = {str(name): await self._counts(str(name)) for name in sorted(cast("list[str]", names))}
        return {topic: counts for topic, counts in counted.items() if counts}

    async def oldest_waiting(self, topic: str) -> datetime | None:
        """Когда создана самая старая задача темы, которую можно взять и никто не взял; None — таких нет."""
        waiting: dict[str, JsonValue] = {"topicName": topic, "withRetriesLeft": True, "active": True, "notLocked": True}
        found = await self._list(_limited(("external-task",), self._body(waiting, by="createTime"), 1))
        return read_task(found[0]).created if found else None

    def state(self, task: ExternalTask, *, locked: bool) -> TaskState:
        """Состояние прочитанной задачи; `locked` — срок её запора по часам движка ещё не вышел."""
        if task.is_incident:
            return TaskState.INCIDENT
        if task.suspended:
            return TaskState.SUSPENDED
        if not locked:
            return TaskState.WAITING
        return TaskState.OURS if task.worker_id == self._worker else TaskState.OTHERS

    async def _counts(self, topic: str) -> dict[TaskState, int]:
        active: dict[str, JsonValue] = {"topicName": topic, "withRetriesLeft": True, "active": True}
        ours = await self._count({**active, "locked": True, "workerId": self._worker})
        counts = {
            TaskState.WAITING: await self._count({**active, "notLocked": True}),
            TaskState.OURS: ours,
            TaskState.OTHERS: await self._count({**active, "locked": True}) - ours,
            TaskState.SUSPENDED: await self._count({"topicName": topic, "withRetriesLeft": True, "suspended": True}),
            TaskState.INCIDENT: await self._count({"topicName": topic, "noRetriesLeft": True}),
        }
        return {state: count for state, count in counts.items() if count > 0}

    async def _count(self, asked: dict[str, JsonValue]) -> int:
        body = (await self._done(Request("POST", ("external-task", "count"), json=self._body(asked)))).body
        return int(cast("dict[str, Any]", body)["count"])

    def _body(self, asked: dict[str, JsonValue], *, by: str = "") -> dict[str, JsonValue]:
        tenant: dict[str, JsonValue] = {} if self._tenant is None else {"tenantIdIn": [self._tenant]}
        order: dict[str, JsonValue] = {"sorting": [{"sortBy": by, "sortOrder": "asc"}]} if by else {}
        return {**asked, **tenant, **order}

    async def _list(self, request: Request) -> list[dict[str, Any]]:
        body = (await self._done(request)).body
        if not isinstance(body, list):
            raise error_of(self._http.name, Answer(200), request.call)
        return cast("list[dict[str, Any]]", body)

    async def _done(self, request: Request) -> Answer:
        answer = await self._http.send(request)
        if not answer.done:
            raise error_of(self._http.name, answer, request.call)
        return answer


def _limited(path: tuple[str, ...], body: JsonValue, limit: int) -> Request:
    return Request("POST", path, json=body, query={"firstResult": "0", "maxResults": str(limit)})


def _definition(raw: Mapping[str, Any]) -> Definition:
    return Definition(raw["id"], raw["key"], raw["name"] or "", raw["version"], raw["tenantId"], raw["suspended"])
