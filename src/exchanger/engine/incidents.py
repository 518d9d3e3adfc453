"""Внешние задачи, исчерпавшие попытки: список с временем инцидента и ссылкой на объект."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from exchanger.domain.task import ExternalTask
from exchanger.domain.variables import JsonValue
from exchanger.engine._rest import read_date, read_task
from exchanger.engine.errors import error_of
from exchanger.engine.http import Answer, EngineHttp, Request

_PAGE = 500
_KIND = "failedExternalTask"


@dataclass(frozen=True, slots=True)
class StuckTask:
    """Задача, стоящая инцидентом: с какого времени и значение локальной переменной-ссылки (пусто — не записана)."""

    task: ExternalTask
    since: datetime | None
    link: str


class StuckTasks:
    """Чтение таких задач тенанта (None — всех)."""

    def __init__(self, http: EngineHttp, tenant_id: str | None) -> None:
        self._http = http
        self._tenant = tenant_id

    async def all(self, link_variable: str) -> list[StuckTask]:
        """Все задачи без попыток; во время обхода их число может меняться, дублей в ответе нет."""
        since = {raw["configuration"]: read_date(raw["incidentTimestamp"]) for raw in await self._incidents()}
        tasks = {task.id: task for task in await self._tasks()}
        links = await self._links([task.execution_id for task in tasks.values()], link_variable)
        return [StuckTask(task, since.get(task.id), links.get(task.execution_id, "")) for task in tasks.values()]

    async def _incidents(self) -> list[dict[str, Any]]:
        query = {"incidentType": _KIND, "sortBy": "incidentId", "sortOrder": "asc"}
        if self._tenant is not None:
            query["tenantIdIn"] = self._tenant
        return await self._pages("GET", ("incident",), query, None)

    async def _tasks(self) -> list[ExternalTask]:
        body: dict[str, JsonValue] = {"noRetriesLeft": True, "sorting": [{"sortBy": "id", "sortOrder": "asc"}]}
        if self._tenant is not None:
            body["tenantIdIn"] = [self._tenant]
        return [read_task(raw) for raw in await self._pages("POST", ("external-task",), {}, body)]

    async def _links(self, executions: Sequence[str], variable: str) -> dict[str, str]:
        links: dict[str, str] = {}
        for start in range(0, len(executions), _PAGE):
            some = list(executions[start : start + _PAGE])
            body: JsonValue = {"variableName": variable, "executionIdIn": cast("JsonValue", some)}
            request = Request("POST", ("variable-instance",), json=body, query={"deserializeValues": "false"})
            links |= {raw["executionId"]: str(raw["value"] or "") for raw in await self._list(request)}
        return links

    async def _pages(
        self, method: str, path: tuple[str, ...], query: dict[str, str], body: JsonValue
    ) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            window = {**query, "firstResult": str(len(found)), "maxResults": str(_PAGE)}
            page = await self._list(Request(method, path, json=body, query=window))
            found += page
            if len(page) < _PAGE:
                return found

    async def _list(self, request: Request) -> list[dict[str, Any]]:
        answer = await self._http.send(request)
        if not answer.done or not isinstance(answer.body, list):
            raise error_of(self._http.name, answer if not answer.done else Answer(200), request.call)
        return cast("list[dict[str, Any]]", answer.body)
