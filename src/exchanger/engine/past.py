"""История движка для людей: что было с внешними задачами и экземплярами. Только чтение, только свой тенант."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from exchanger.domain.variables import JsonValue
from exchanger.engine._rest import read_date
from exchanger.engine.errors import error_of
from exchanger.engine.http import Answer, EngineHttp, Request

_PAGE = 500
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Passed(StrEnum):
    """Что случилось с внешней задачей; BPMN-ошибка для движка — тоже удаление."""

    CREATED = "creationLog"
    FAILED = "failureLog"
    SUCCEEDED = "successLog"
    DELETED = "deletionLog"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """Запись журнала движка о внешней задаче. `retries` — осталось попыток, у `FAILED`."""

    at: datetime
    passed: Passed
    task_id: str
    topic: str
    instance_id: str
    definition_id: str
    definition_key: str
    activity_id: str
    activity_instance_id: str
    retries: int | None
    message: str


@dataclass(frozen=True, slots=True)
class PastInstance:
    """Экземпляр процесса, идущий или завершённый; `state` — слово движка (ACTIVE, COMPLETED, …)."""

    id: str
    definition_id: str
    key: str
    name: str
    version: int
    business_key: str | None
    state: str
    started: datetime
    ended: datetime | None


class EnginePast:
    """Вопросы к истории глазами тенанта (None — всех)."""

    def __init__(self, http: EngineHttp, tenant_id: str | None) -> None:
        self._http = http
        self._tenant = tenant_id

    async def of_task(self, task_id: str) -> list[LogEntry]:
        """Записи внешней задачи, по времени."""
        return await self._log({"externalTaskId": task_id}, "asc", 0)

    async def of_instance(self, instance_id: str) -> list[LogEntry]:
        """Записи экземпляра, по времени, не больше страницы."""
        return await self._log({"processInstanceId": instance_id}, "asc", 0)

    async def since(self, moment: datetime, most: int) -> AsyncIterator[list[LogEntry]]:
        """Страницы записей не старше `moment`, новые вперёд, не больше `most`."""
        first = 0
        while first < most:
            page = await self._log({}, "desc", first)
            fresh = [entry for entry in page if entry.at >= moment]
            if fresh:
                yield fresh
            if len(fresh) < len(page) or len(page) < _PAGE:
                return
            first += len(page)

    async def instance(self, instance_id: str) -> PastInstance | None:
        """Экземпляр по id; None — истории о нём нет или он чужого тенанта."""
        found = await self._instances({"processInstanceId": instance_id})
        return found[0] if found else None

    async def by_business_key(self, business_key: str, limit: int) -> list[PastInstance]:
        """Экземпляры с этим бизнес-ключом, новые вперёд."""
        return (await self._instances({"processInstanceBusinessKey": business_key}))[:limit]

    async def _instances(self, asked: dict[str, JsonValue]) -> list[PastInstance]:
        body: dict[str, JsonValue] = {**asked, "sorting": [{"sortBy": "startTime", "sortOrder": "desc"}]}
        return [_instance(raw) for raw in await self._list(("history", "process-instance"), body, 0)]

    async def _log(self, asked: dict[str, JsonValue], order: str, first: int) -> list[LogEntry]:
        body: dict[str, JsonValue] = {**asked, "sorting": [{"sortBy": "timestamp", "sortOrder": order}]}
        return [_entry(raw) for raw in await self._list(("history", "external-task-log"), body, first)]

    async def _list(self, path: tuple[str, ...], asked: dict[str, JsonValue], first: int) -> list[dict[str, Any]]:
        body: dict[str, JsonValue] = asked if self._tenant is None else {**asked, "tenantIdIn": [self._tenant]}
        query = {"firstResult": str(first), "maxResults": str(_PAGE)}
        answer = await self._http.send(request := Request("POST", path, json=body, query=query))
        if not answer.done or not isinstance(answer.body, list):
            raise error_of(self._http.name, answer if not answer.done else Answer(200), request.call)
        return cast("list[dict[str, Any]]", answer.body)


def _entry(raw: dict[str, Any]) -> LogEntry:
    return LogEntry(
        at=read_date(raw["timestamp"]) or _NEVER,
        passed=next(each for each in Passed if raw.get(each.value)),
        task_id=raw["externalTaskId"],
        topic=raw["topicName"] or "",
        instance_id=raw["processInstanceId"] or "",
        definition_id=raw["processDefinitionId"] or "",
        definition_key=raw["processDefinitionKey"] or "",
        activity_id=raw["activityId"] or "",
        activity_instance_id=raw["activityInstanceId"] or "",
        retries=raw["retries"],
        message=raw["errorMessage"] or "",
    )


def _instance(raw: dict[str, Any]) -> PastInstance:
    return PastInstance(
        id=raw["id"],
        definition_id=raw["processDefinitionId"],
        key=raw["processDefinitionKey"],
        name=raw["processDefinitionName"] or "",
        version=raw["processDefinitionVersion"],
        business_key=raw["businessKey"],
        state=raw["state"],
        started=read_date(raw["startTime"]) or _NEVER,
        ended=read_date(raw["endTime"]),
    )
