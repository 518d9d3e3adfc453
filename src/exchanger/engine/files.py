"""Содержимое переменных File: выборка отдаёт только имя и тип, содержимое читают отдельно."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from exchanger.domain.errors import Reject
from exchanger.domain.task import ExternalTask
from exchanger.domain.typed import from_rest
from exchanger.domain.variables import Variable, VariableType
from exchanger.engine.errors import error_of, verdict
from exchanger.engine.http import Answer, Call, Content, EngineHttp, Request

_UNTYPED = "application/octet-stream"


class TaskFiles:
    """Файлы, видные задаче; `get` — прочитать задачу (None — её нет)."""

    def __init__(self, http: EngineHttp, get: Callable[[str], Awaitable[ExternalTask | None]]) -> None:
        self._http = http
        self._get = get

    async def read(self, task: ExternalTask, name: str, most: int) -> bytes | None:
        """Переменная самой задачи, иначе экземпляра."""
        scopes = (
            ("execution", task.execution_id, "localVariables", name),
            ("process-instance", task.process_instance_id, "variables", name),
        )
        for path in scopes:
            if not path[1]:
                continue
            answer = await self._http.send(Request("GET", path, query={"deserializeValue": "false"}))
            if answer.done and isinstance(answer.body, Mapping):
                return await self._content(path, from_rest(answer.body), most)
            if _no_variable(answer, name):
                continue
            # A missing execution is a plain 500 here, so its reason is asked for, not guessed from the text.
            if await self._get(task.id) is None:
                return None
            raise error_of(self._http.name, answer, Call.READ)
        return None

    async def _content(self, path: tuple[str, ...], variable: Variable, most: int) -> bytes:
        name = path[-1]
        if variable.type is not VariableType.FILE:
            raise Reject(f"Переменная «{name}» ({variable.type}) — не файл.")
        # One byte more than allowed tells a file that is too long from one that just fits.
        answer = await self._http.send(Request("GET", (*path, "data"), most=most + 1))
        body = answer.body
        if not isinstance(body, Content) or body.type.casefold() != _type_of(variable):
            raise error_of(self._http.name, answer, Call.READ)
        if len(body.data) > most:
            raise Reject(
                f"Файл в переменной «{name}» больше {most} байтов.",
                remedy="передайте файл поменьше или ссылку на него.",
            )
        return body.data


def _type_of(variable: Variable) -> str:
    """What the engine serves the file as: the page of somebody between us must not pass for its content."""
    told = str(variable.info.get("mimeType") or _UNTYPED)
    return told.partition(";")[0].strip().casefold()


def _no_variable(answer: Answer, name: str) -> bool:
    own = verdict(answer)
    if own is None or answer.status != HTTPStatus.NOT_FOUND:
        return False
    return own.kind == "InvalidRequestException" and f" {name} " in own.message
