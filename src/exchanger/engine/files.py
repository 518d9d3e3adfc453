"""Содержимое переменных File: выборка отдаёт только имя и тип, содержимое читают отдельно."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from exchanger.domain.errors import Reject, TooLarge
from exchanger.domain.task import ExternalTask
from exchanger.domain.variables import Variable, VariableType
from exchanger.engine.errors import error_of, verdict
from exchanger.engine.http import Answer, Call, Content, EngineHttp, Request
from exchanger.engine.scopes import Kept, nearest, plain, read_kept

_UNTYPED = "application/octet-stream"
_NAMESAKES = 5000
_BAD_TYPE = "IllegalArgumentException"


class TaskFiles:
    """Файлы, видные задаче; `get` — прочитать задачу (None — её нет)."""

    def __init__(self, http: EngineHttp, get: Callable[[str], Awaitable[ExternalTask | None]]) -> None:
        self._http = http
        self._get = get

    async def read(self, task: ExternalTask, name: str, most: int) -> bytes | None:
        """Переменная самой задачи, иначе ближайшей области вокруг неё, иначе экземпляра."""
        kept = await self._namesakes(task, name)
        if not kept or await self._get(task.id) is None:
            return None
        chosen = plain(task, kept) or await self._nearest(task, kept)
        return None if chosen is None else await self._content(chosen, most)

    async def _namesakes(self, task: ExternalTask, name: str) -> list[Kept]:
        query = {
            "processInstanceIdIn": task.process_instance_id,
            "variableName": name,
            "deserializeValues": "false",
            "maxResults": str(_NAMESAKES),
        }
        answer = await self._http.send(Request("GET", ("variable-instance",), query=query))
        if not answer.done or not isinstance(answer.body, list):
            raise error_of(self._http.name, answer, Call.READ)
        if len(answer.body) == _NAMESAKES:
            raise Reject(
                f"Переменных «{name}» в процессе {_NAMESAKES} или больше: файла среди них не выбрать.",
                remedy="дайте файлу своё имя переменной.",
            )
        read = (read_kept(raw) for raw in answer.body)
        return [each for each in read if each is not None and each.name == name]  # some databases ignore the case

    async def _nearest(self, task: ExternalTask, kept: list[Kept]) -> Kept | None:
        path = ("process-instance", task.process_instance_id, "activity-instances")
        answer = await self._http.send(Request("GET", path))
        if answer.done and isinstance(answer.body, Mapping):
            return nearest(task, kept, answer.body)
        # A missing instance is a plain 500 here, so its reason is asked for, not guessed from the text.
        if await self._get(task.id) is None:
            return None
        raise error_of(self._http.name, answer, Call.READ)

    async def _content(self, kept: Kept, most: int) -> bytes:
        name, variable = kept.name, kept.variable
        if variable.type is not VariableType.FILE:
            raise Reject(f"Переменная «{name}» ({variable.type}) — не файл.")
        # One byte more than allowed tells a file that is too long from one that just fits.
        answer = await self._http.send(Request("GET", ("variable-instance", kept.id, "data"), most=most + 1))
        if _no_such_type(answer):
            raise Reject(
                f"Файла в переменной «{name}» движок отдать не может: тип «{variable.info.get('mimeType')}» — не MIME.",
                remedy="задайте переменной тип вида application/pdf и повторите инцидент.",
            )
        body = answer.body
        if not isinstance(body, Content) or body.type.casefold() != _type_of(variable):
            raise error_of(self._http.name, answer, Call.READ)
        if len(body.data) > most:
            raise TooLarge(
                f"Файл в переменной «{name}» больше {most} байтов.",
                remedy="передайте файл поменьше или ссылку на него.",
            )
        return body.data


def _type_of(variable: Variable) -> str:
    """What the engine serves the file as: the page of somebody between us must not pass for its content."""
    told = str(variable.info.get("mimeType") or _UNTYPED)
    return told.partition(";")[0].strip().casefold()


def _no_such_type(answer: Answer) -> bool:
    """The engine itself could not write the variable's type into the header of its answer; no outage looks so."""
    own = verdict(answer)
    return answer.status == HTTPStatus.INTERNAL_SERVER_ERROR and own is not None and own.kind == _BAD_TYPE
