"""Вызовы REST API о внешних задачах."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from exchanger.domain.errors import ExchangerError, NextStepRefused, Reject
from exchanger.domain.outcome import Completed, Failure, Refused, Settlement
from exchanger.domain.task import ExternalTask, Fetched
from exchanger.domain.typed import clean_text
from exchanger.domain.variables import JsonValue
from exchanger.engine._rest import read_fetched, read_task, write_date, write_variables
from exchanger.engine.connection import EngineConnection
from exchanger.engine.errors import error_of, is_gone
from exchanger.engine.http import Answer, Call, EngineHttp, Request
from exchanger.engine.listing import Span

_LONGEST_POLL = timedelta(minutes=30)  # the engine refuses a longer one


class TaskCalls:
    """Внешние задачи глазами одного работника."""

    def __init__(self, http: EngineHttp, settings: EngineConnection) -> None:
        self._http = http
        self._settings = settings

    async def fetch(self, topics: Sequence[str], limit: int, lease: timedelta, wait: timedelta) -> list[Fetched]:
        """POST /external-task/fetchAndLock: одна инструкция на тему, иначе последняя заменит прежние."""
        wait = min(wait, _LONGEST_POLL)
        body: JsonValue = {
            "workerId": self._settings.worker_id,
            "maxTasks": limit,
            "usePriority": True,
            "sorting": [{"sortBy": "createTime", "sortOrder": "asc"}],
            "asyncResponseTimeout": _milliseconds(wait),
            "topics": [
                {"topicName": topic, "lockDuration": _milliseconds(lease), **self._tenant()}
                for topic in dict.fromkeys(topics)
            ],
        }
        path = ("external-task", "fetchAndLock")
        request = Request("POST", path, Call.WRITE, body, patience=wait + self._settings.poll_margin)
        return [read_fetched(raw) for raw in await self._list(request)]

    async def held(self, span: Span, size: int) -> list[ExternalTask]:
        """POST /external-task: задачи работника по возрастанию срока блокировки."""
        body: dict[str, JsonValue] = {
            "workerId": self._settings.worker_id,
            **self._tenant(),
            "sorting": [{"sortBy": by, "sortOrder": "asc"} for by in ("lockExpirationTime", "id")],
        }
        if span.after is not None:
            body["lockExpirationAfter"] = write_date(span.after)
        if span.before is not None:
            body["lockExpirationBefore"] = write_date(span.before)
        request = Request("POST", ("external-task",), json=body, query={"maxResults": str(size)})
        return [read_task(raw) for raw in await self._list(request)]

    async def get(self, task_id: str) -> ExternalTask | None:
        """GET /external-task/{id}."""
        request = Request("GET", ("external-task", task_id))
        answer = await self._http.send(request)
        if is_gone(answer, task_id):
            return None
        if not isinstance(answer.body, dict) or not answer.done:
            raise self._error(answer, request)
        return read_task(answer.body)

    async def lock(self, task_id: str, span: timedelta) -> bool:
        """POST /external-task/{id}/lock: годится истёкшей и приостановленной задаче, extendLock — нет."""
        return await self._act(task_id, "lock", {"lockDuration": _milliseconds(span)}, Call.WRITE)

    async def unlock(self, task_id: str) -> bool:
        """POST /external-task/{id}/unlock; движок не проверяет, чья задача."""
        return await self._act(task_id, "unlock", {}, Call.WRITE)

    async def settle(self, task_id: str, settlement: Settlement) -> bool:
        """Передать исход; ошибке 500 верим со второго раза: проигравший гонку получает и 500 вместо 404."""
        action, body = _settlement(settlement)
        try:
            return await self._act(task_id, action, body, Call.STEP)
        except NextStepRefused:
            return await self._act(task_id, action, body, Call.STEP)

    async def note(self, execution_id: str, modifications: JsonValue) -> Answer:
        """POST /execution/{id}/localVariables."""
        body: JsonValue = {"modifications": modifications}
        return await self._http.send(Request("POST", ("execution", execution_id, "localVariables"), Call.WRITE, body))

    def _tenant(self) -> dict[str, JsonValue]:
        tenant = self._settings.tenant_id
        return {} if tenant is None else {"tenantIdIn": [tenant]}

    async def _act(self, task_id: str, action: str, body: dict[str, JsonValue], call: Call) -> bool:
        own = {"workerId": self._settings.worker_id, **body} if action != "unlock" else None
        request = Request("POST", ("external-task", task_id, action), call, own)
        answer = await self._http.send(request)
        if is_gone(answer, task_id):
            return False
        if answer.status != 204:  # noqa: PLR2004 - No Content is the engine's only "done"; 200 is somebody's page
            raise self._error(answer, request)
        return True

    async def _list(self, request: Request) -> list[dict[str, Any]]:
        answer = await self._http.send(request)
        if not answer.done or not isinstance(answer.body, list):
            raise self._error(answer, request)
        return cast("list[dict[str, Any]]", answer.body)

    def _error(self, answer: Answer, request: Request) -> ExchangerError:
        return error_of(self._http.name, answer, request.call)


def _settlement(settlement: Settlement) -> tuple[str, dict[str, JsonValue]]:
    try:
        match settlement:
            case Completed():
                return "complete", {
                    "variables": write_variables(settlement.variables),
                    "localVariables": write_variables(settlement.local_variables),
                }
            case Refused():
                return "bpmnError", {
                    "errorCode": clean_text(settlement.code),
                    "errorMessage": clean_text(settlement.message),
                    "variables": write_variables(settlement.variables),
                }
            case Failure():
                return "failure", {
                    "errorMessage": clean_text(settlement.message),
                    "errorDetails": clean_text(settlement.details),
                    "retries": settlement.retries,
                    "retryTimeout": _milliseconds(settlement.retry_in),
                }
    except ValueError as error:
        raise Reject(f"Исход нельзя передать движку: {error}.") from error


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
