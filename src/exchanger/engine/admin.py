"""Чего не делают роли: развернуть, запустить, отправить сообщение, посмотреть экземпляры и историю."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import aiohttp

from exchanger.domain.typed import from_rest
from exchanger.domain.variables import JsonValue, Variables
from exchanger.engine._rest import write_variables
from exchanger.engine.errors import error_of, is_gone
from exchanger.engine.http import Answer, Call, EngineHttp, Request

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Deployment:
    """Развёртывание; `definitions` пусто, если ничего не изменилось."""

    id: str
    name: str
    definitions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """Экземпляр процесса."""

    id: str
    definition_id: str
    business_key: str | None
    suspended: bool
    tenant_id: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """Пройденный или текущий элемент экземпляра (из истории)."""

    activity_id: str
    activity_type: str
    finished: bool
    canceled: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """Инцидент экземпляра; `configuration` — id внешней задачи или задания."""

    id: str
    kind: str
    activity_id: str
    configuration: str
    message: str | None


class EngineAdmin:
    """Управление движком от имени одного тенанта (None — без тенанта)."""

    def __init__(self, http: EngineHttp, tenant_id: str | None) -> None:
        self._http = http
        self._tenant = tenant_id

    async def version(self) -> str:
        """Версия движка."""
        return str((await self._dict(Request("GET", ("version",))))["version"])

    async def deploy(self, name: str, files: Mapping[str, bytes], *, source: str = "exchanger") -> Deployment:
        """Развернуть файлы (имя → содержимое); неизменённые новой версии не создают."""

        def form() -> aiohttp.FormData:
            data = aiohttp.FormData()
            data.add_field("deployment-name", name)
            data.add_field("deployment-source", source)
            data.add_field("enable-duplicate-filtering", "true")
            if self._tenant is not None:
                data.add_field("tenant-id", self._tenant)
            for file, content in files.items():
                data.add_field(file, content, filename=file, content_type="application/octet-stream")
            return data

        raw = await self._dict(Request("POST", ("deployment", "create"), Call.CHANGE, form=form))
        return Deployment(raw["id"], raw["name"], tuple(raw.get("deployedProcessDefinitions") or ()))

    async def start(self, key: str, variables: Variables | None = None, *, business_key: str | None = None) -> str:
        """Запустить экземпляр последней версии определения; возвращает id экземпляра."""
        tenant = () if self._tenant is None else ("tenant-id", self._tenant)
        return await self._start(("key", key, *tenant), variables or {}, business_key)

    async def start_version(self, definition_id: str, variables: Variables, business_key: str | None) -> str:
        """Запустить экземпляр этой версии определения; возвращает id экземпляра."""
        return await self._start((definition_id,), variables, business_key)

    async def _start(self, definition: tuple[str, ...], variables: Variables, business_key: str | None) -> str:
        body: JsonValue = {"variables": write_variables(variables), "businessKey": business_key}
        request = Request("POST", ("process-definition", *definition, "start"), Call.CHANGE, body)
        return str((await self._dict(request))["id"])

    async def message(self, name: str, *, business_key: str | None = None, variables: Variables | None = None) -> None:
        """Отправить сообщение ровно одному получателю; `Reject` — подходящих нет или несколько."""
        body: dict[str, JsonValue] = {"messageName": name, "processVariables": write_variables(variables or {})}
        if business_key is not None:
            body["businessKey"] = business_key
        if self._tenant is not None:
            body["tenantId"] = self._tenant
        await self._done(Request("POST", ("message",), Call.CHANGE, body))

    async def instances(self, key: str) -> AsyncIterator[Instance]:
        """Незавершённые экземпляры определения у своего арендатора."""
        body: dict[str, JsonValue] = {"processDefinitionKey": key, **self._own()}
        async for raw in self._pages(("process-instance",), body, by=("instanceId",)):
            yield Instance(raw["id"], raw["definitionId"], raw["businessKey"], raw["suspended"], raw["tenantId"])

    async def is_running(self, instance_id: str) -> bool:
        """Не завершён ли экземпляр."""
        answer = await self._http.send(Request("GET", ("process-instance", instance_id)))
        if is_gone(answer, instance_id):
            return False
        if not answer.done:
            raise error_of(self._http.name, answer, Call.READ)
        return True

    async def variables(self, instance_id: str) -> Variables:
        """Переменные незавершённого экземпляра; Object — текстом, содержимое файлов не читается."""
        query = {"deserializeValues": "false"}
        raw = await self._dict(Request("GET", ("process-instance", instance_id, "variables"), query=query))
        return {name: from_rest(value) for name, value in raw.items()}

    async def local_variables(self, execution_id: str) -> Variables:
        """Локальные переменные исполнения (заметки ждущей задачи)."""
        query = {"deserializeValues": "false"}
        raw = await self._dict(Request("GET", ("execution", execution_id, "localVariables"), query=query))
        return {name: from_rest(value) for name, value in raw.items()}

    async def final_variables(self, instance_id: str) -> Variables:
        """Последние значения переменных экземпляра, завершённого тоже; нужна история не ниже activity."""
        body: dict[str, JsonValue] = {"processInstanceId": instance_id}
        query = {"deserializeValues": "false"}
        rows = self._pages(("history", "variable-instance"), body, by=("instanceId",), query=query)
        return {raw["name"]: from_rest(raw) async for raw in rows if raw["activityInstanceId"] == instance_id}

    async def history(self, instance_id: str) -> list[Step]:
        """Элементы экземпляра в порядке начала."""
        rows = self._pages(
            ("history", "activity-instance"), {"processInstanceId": instance_id}, by=("startTime", "occurrence")
        )
        return [
            Step(raw["activityId"], raw["activityType"], raw["endTime"] is not None, bool(raw["canceled"]))
            async for raw in rows
        ]

    async def incidents(self, instance_id: str) -> list[Incident]:
        """Открытые инциденты экземпляра."""
        request = Request("GET", ("incident",), query={"processInstanceId": instance_id})
        return [
            Incident(raw["id"], raw["incidentType"], raw["activityId"], raw["configuration"], raw["incidentMessage"])
            for raw in await self._list(request)
        ]

    async def set_retries(self, task_id: str, retries: int) -> None:
        """Назначить попытки внешней задаче: больше нуля — инцидент снимается, задачу снова можно взять."""
        await self._done(Request("PUT", ("external-task", task_id, "retries"), Call.WRITE, {"retries": retries}))

    async def unlock(self, task_id: str) -> None:
        """Отпереть внешнюю задачу, чья бы она ни была: её тотчас возьмёт ждущий опрос."""
        await self._done(Request("POST", ("external-task", task_id, "unlock"), Call.WRITE))

    async def suspend(self, instance_id: str, *, suspended: bool) -> None:
        """Приостановить или возобновить экземпляр."""
        body: JsonValue = {"suspended": suspended}
        await self._done(Request("PUT", ("process-instance", instance_id, "suspended"), Call.WRITE, body))

    async def delete(self, instance_id: str) -> bool:
        """Отменить экземпляр; False — его уже нет."""
        request = Request("DELETE", ("process-instance", instance_id), Call.WRITE)
        answer = await self._http.send(request)
        if is_gone(answer, instance_id):
            return False
        if not answer.done:
            raise error_of(self._http.name, answer, request.call)
        return True

    async def definitions_of(self, deployment_id: str) -> list[tuple[str, str]]:
        """Id и ключ каждого определения процесса и решения в развёртывании."""
        query = {"deploymentId": deployment_id}
        kinds = ("process-definition", "decision-definition")
        rows = [raw for kind in kinds for raw in await self._list(Request("GET", (kind,), query=query))]
        return [(raw["id"], raw["key"]) for raw in rows]

    async def delete_deployment(self, deployment_id: str) -> None:
        """Удалить развёртывание с его определениями; история остаётся. `Reject` — у них есть экземпляры."""
        query = {"cascade": "false"}
        await self._done(Request("DELETE", ("deployment", deployment_id), Call.CHANGE, query=query))

    async def delete_definition(self, definition_id: str) -> None:
        """Удалить версию определения; история остаётся. `Reject` — у неё есть экземпляры."""
        path, query = ("process-definition", definition_id), {"cascade": "false"}
        answer = await self._http.send(Request("DELETE", path, Call.CHANGE, query=query))
        # The engine answers 200 without a body, as an intermediary's page might: it is asked what became of it.
        if not answer.done and not is_gone(await self._http.send(Request("GET", path)), definition_id):
            raise error_of(self._http.name, answer, Call.CHANGE)

    def _own(self) -> dict[str, JsonValue]:
        return {"withoutTenantId": True} if self._tenant is None else {"tenantIdIn": [self._tenant]}

    async def _pages(
        self,
        path: tuple[str, ...],
        body: dict[str, JsonValue],
        *,
        by: Sequence[str],
        query: Mapping[str, str] | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        first = 0
        while True:
            page = await self._list(
                Request(
                    "POST",
                    path,
                    json={**body, "sorting": [{"sortBy": name, "sortOrder": "asc"} for name in by]},
                    query={**(query or {}), "firstResult": str(first), "maxResults": str(_PAGE)},
                )
            )
            for raw in page:
                yield raw
            if len(page) < _PAGE:
                return
            first += _PAGE

    async def _done(self, request: Request) -> Answer:
        answer = await self._http.send(request)
        if not answer.done:
            raise error_of(self._http.name, answer, request.call)
        return answer

    async def _dict(self, request: Request) -> dict[str, Any]:
        body = (await self._done(request)).body
        if not isinstance(body, dict):
            raise error_of(self._http.name, Answer(200), request.call)
        return cast("dict[str, Any]", body)

    async def _list(self, request: Request) -> list[dict[str, Any]]:
        body = (await self._done(request)).body
        if not isinstance(body, list):
            raise error_of(self._http.name, Answer(200), request.call)
        return cast("list[dict[str, Any]]", body)
