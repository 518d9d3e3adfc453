"""Движок в репетиции: всё под своим арендатором, таймеры сами не идут, после нас ничего не остаётся."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from secrets import token_hex
from typing import cast

from exchanger.domain.errors import Reject
from exchanger.domain.outcome import Completed, Refused
from exchanger.domain.task import Fetched
from exchanger.domain.variables import JsonValue, Variables
from exchanger.engine._rest import write_variables
from exchanger.engine.admin import EngineAdmin
from exchanger.engine.connection import EngineConnection
from exchanger.engine.errors import error_of
from exchanger.engine.http import Answer, Call, EngineHttp, Request
from exchanger.engine.tasks import TaskCalls
from exchanger.ops.rehearsal.rows import PROGRESS, Names, Row, read_joins, read_values, read_visit, read_waits
from exchanger.ops.rehearsal.scene import Awaits, Incident, Scene, UserTask, Visit, Wait
from exchanger.ports import Clock

_LEASE = timedelta(days=1)
_PAGE = {"maxResults": "1000"}
_ASYNC_ROUNDS = 100
_USER_FIELDS = ("name", "description", "assignee", "owner", "due", "followUp", "priority", "formKey")


class Desk:
    """Движок глазами репетиции; открывается `open_desk`."""

    def __init__(self, http: EngineHttp, connection: EngineConnection) -> None:
        self._http = http
        self._tenant = connection.tenant_id or ""
        self._tasks = TaskCalls(http, connection)
        self._deployments: list[str] = []
        self._keys: dict[str, str] = {}
        self._timers: dict[str, str] = {}
        self._held: dict[str, Fetched] = {}
        self.admin = EngineAdmin(http, connection.tenant_id)

    async def deploy(self, name: str, files: Mapping[str, bytes]) -> None:
        """Развернуть; `Reject` — движок не принял файла."""
        made = await self.admin.deploy(name, files, source="exchanger-rehearsal")
        self._deployments.append(made.id)
        rows = await self._rows("process-definition", {"deploymentId": made.id})
        self._keys |= {row["id"]: row["key"] for row in rows}
        for row in rows:
            # Whose executor it may be: nothing moves on its own, a step is a step of the rehearsal.
            body: JsonValue = {"processDefinitionId": row["id"], "includeJobs": True, "suspended": True}
            await self._do("PUT", ("job-definition", "suspended"), body)
            jobs = await self._rows("job-definition", {"processDefinitionId": row["id"]})
            self._timers |= {job["id"]: job["activityId"] for job in jobs}

    async def start(self, key: str, at: str, variables: Variables, business_key: str | None) -> str:
        """Запустить последнее определение; `at` — с этого начала («» — с обычного)."""
        body: dict[str, JsonValue] = {"variables": cast("JsonValue", write_variables(variables))}
        if business_key is not None:
            body["businessKey"] = business_key
        if at:
            body["startInstructions"] = [{"type": "startBeforeActivity", "activityId": at}]
        request = Request(
            "POST", ("process-definition", "key", key, "tenant-id", self._tenant, "start"), Call.STEP, body
        )
        answer = await self._http.send(request)
        if not answer.done or not isinstance(answer.body, dict):
            raise error_of(self._http.name, answer, Call.STEP)
        return str(answer.body["id"])

    async def look(self, names: Collection[str]) -> Scene:
        """Положение после всех шагов, которые движок делает сам; `names` — переменные условий."""
        await self._run_async_steps()
        mine = {"tenantIdIn": self._tenant}
        instances, tasks, users, jobs, subscriptions, (variables, current) = await asyncio.gather(
            self._rows("process-instance", mine),
            self._external(),
            self._rows("task", {**mine, "sortBy": "created", "sortOrder": "asc"}),
            self._rows("job", {**mine, "timers": "true"}),
            self._rows("event-subscription", mine),
            asyncio.gather(  # the types of gather end at six
                self._rows("variable-instance", {**mine, "deserializeValues": "false"}),
                self._rows("history/activity-instance", {**mine, "unfinished": "true"}),
            ),
        )
        of = {row["id"]: self._keys.get(row["definitionId"], "") for row in instances}
        waits = read_waits(tasks, users, jobs, subscriptions, Names(of, self._keys, self._timers))
        values = read_values(variables, {*names, *PROGRESS}, of) + read_joins(current)
        return Scene(waits, bool(instances), values)

    async def complete(self, wait: Wait, variables: Variables) -> None:
        """Ответить на задачу."""
        if wait.awaits is Awaits.EXTERNAL:
            await self._tasks.settle(wait.id, Completed(variables))
        else:
            await self._do("POST", ("task", wait.id, "complete"), {"variables": write_variables(variables)})

    async def fail(self, wait: Wait, code: str, message: str) -> None:
        """Ответить BPMN-ошибкой."""
        if wait.awaits is Awaits.EXTERNAL:
            await self._tasks.settle(wait.id, Refused(code, message))
        else:
            await self._do("POST", ("task", wait.id, "bpmnError"), {"errorCode": code, "errorMessage": message})

    async def escalate(self, wait: Wait, code: str) -> None:
        """Ответить эскалацией: её умеет только пользовательская задача."""
        await self._do("POST", ("task", wait.id, "bpmnEscalation"), {"escalationCode": code})

    async def fire(self, wait: Wait) -> None:
        """Таймер сработал, не дожидаясь срока."""
        await self._do("POST", ("job", wait.id, "execute"), {})

    async def send(self, wait: Wait, variables: Variables) -> None:
        """Сообщение или сигнал ждущему, или переменные, от которых сбывается условие."""
        written = cast("JsonValue", write_variables(variables))
        match wait.awaits:
            case Awaits.MESSAGE:
                path = ("execution", wait.id, "messageSubscriptions", wait.event, "trigger")
                await self._do("POST", path, {"variables": written})
            case Awaits.SIGNAL:
                await self._do("POST", ("signal",), {"name": wait.event, "executionId": wait.id, "variables": written})
            case _:
                await self._do("POST", ("process-instance", wait.instance, "variables"), {"modifications": written})

    async def visits(self) -> list[Visit]:
        """История всего, что запущено в этом проигрыше, по порядку начала."""
        order: JsonValue = [{"sortBy": name, "sortOrder": "asc"} for name in ("startTime", "occurrence")]
        body: JsonValue = {"tenantIdIn": [self._tenant], "sorting": order}
        found: list[Row] = []
        while True:
            query = {"firstResult": str(len(found)), **_PAGE}
            page = await self._list(Request("POST", ("history", "activity-instance"), json=body, query=query))
            found += page
            if len(page) < int(_PAGE["maxResults"]):
                break
        return [read_visit(row) for row in found]

    async def incidents(self) -> list[Incident]:
        """Инциденты проигрыша."""
        rows = await self._rows("incident", {"tenantIdIn": self._tenant})
        return [
            Incident(
                self._keys.get(row["processDefinitionId"], ""), row["activityId"] or "", row["incidentMessage"] or ""
            )
            for row in rows
        ]

    async def final_variables(self, instance: str) -> Variables:
        """Переменные экземпляра, завершённого тоже."""
        return await self.admin.final_variables(instance)

    async def user_task(self, task_id: str) -> UserTask:
        """Поля пользовательской задачи и кому она предложена."""
        request = Request("GET", ("task", task_id))
        answer = await self._http.send(request)
        if not answer.done or not isinstance(answer.body, dict):
            raise error_of(self._http.name, answer, Call.READ)
        row = answer.body
        links = await self._list(Request("GET", ("task", task_id, "identity-links")))
        offered = [str(link.get("groupId") or link.get("userId")) for link in links if link.get("type") == "candidate"]
        fields = {name: str(row[name]) for name in _USER_FIELDS if row.get(name)}
        return UserTask(task_id, {**fields, **({"candidates": ", ".join(offered)} if offered else {})})

    async def forget(self) -> None:
        """Убрать всё, что запустил проигрыш, вместе с историей."""
        quiet = {"skipCustomListeners": "true", "skipIoMappings": "true", "failIfNotExists": "false"}
        for row in await self._rows("process-instance", {"tenantIdIn": self._tenant}):
            await self._do("DELETE", ("process-instance", row["id"]), query=quiet)
        for row in await self._rows("history/process-instance", {"tenantIdIn": self._tenant}):
            await self._do("DELETE", ("history", "process-instance", row["id"]), query={"failIfNotExists": "false"})
        self._held.clear()

    async def leave(self) -> None:
        """Снять развёртывания вместе со всем, что от них осталось."""
        for deployment in self._deployments:
            query = {"cascade": "true", "skipCustomListeners": "true", "skipIoMappings": "true"}
            await self._do("DELETE", ("deployment", deployment), query=query)
        self._deployments.clear()

    async def _external(self) -> list[Fetched]:
        """Внешние задачи всех тем; новые берутся выборкой, как взял бы их worker."""
        body: JsonValue = {"tenantIdIn": [self._tenant], "sorting": [{"sortBy": "createTime", "sortOrder": "asc"}]}
        rows = await self._list(Request("POST", ("external-task",), json=body, query=_PAGE))
        new = {row["topicName"] for row in rows if row["id"] not in self._held}
        if new:
            for one in await self._tasks.fetch(sorted(new), len(rows), _LEASE, timedelta()):
                self._held[one.task.id] = one
        return [self._held[row["id"]] for row in rows if row["id"] in self._held]

    async def _run_async_steps(self) -> None:
        """Отложенные шаги (`asyncBefore`, `asyncAfter`): обычно их делает исполнитель заданий."""
        for _ in range(_ASYNC_ROUNDS):
            jobs = await self._rows("job", {"tenantIdIn": self._tenant, "messages": "true"})
            if not jobs:
                return
            for job in jobs:
                await self._do("POST", ("job", job["id"], "execute"), {})
        raise Reject("Отложенные шаги процесса не кончаются: в диаграмме есть круг без ожиданий.")

    async def _do(
        self, method: str, path: tuple[str, ...], body: object = None, query: Mapping[str, str] | None = None
    ) -> None:
        request = Request(method, path, Call.STEP, cast("JsonValue", body), query=query or {})
        answer = await self._http.send(request)
        if not answer.done:
            raise error_of(self._http.name, answer, request.call)

    async def _rows(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return await self._list(Request("GET", tuple(path.split("/")), query={**query, **_PAGE}))

    async def _list(self, request: Request) -> list[Row]:
        answer: Answer = await self._http.send(request)
        if not answer.done or not isinstance(answer.body, list):
            raise error_of(self._http.name, answer, request.call)
        return answer.body


@asynccontextmanager
async def open_desk(url: str, clock: Clock) -> AsyncIterator[Desk]:
    """Открыть движок под арендатором, которого ещё не было; на выходе в движке не остаётся ничего нашего."""
    name = f"rehearsal-{token_hex(4)}"
    connection = EngineConnection(base_url=url, worker_id=name, tenant_id=name)
    async with EngineHttp(connection, clock.monotonic, lambda *_: None) as http:
        desk = Desk(http, connection)
        try:
            yield desk
        finally:
            await desk.leave()
