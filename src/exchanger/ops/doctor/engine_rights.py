"""Права пользователя движка: спрашиваются у самого движка, пробных изменений нет."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from exchanger.domain.errors import ExchangerError
from exchanger.engine.connection import EngineConnection
from exchanger.engine.errors import error_of, verdict
from exchanger.engine.http import Call, EngineHttp, Request
from exchanger.ops.doctor.finding import Code, Diagnosis, failed, fine, warning
from exchanger.ports import Clock


@dataclass(frozen=True, slots=True)
class Right:
    """Право: как его зовёт движок и вид ресурса (число из Camunda Resources)."""

    permission: str
    resource: str
    kind: int

    def __str__(self) -> str:
        return f"{self.permission} на {self.resource}"


def _of_instance(permission: str) -> Right:
    return Right(permission, "ProcessInstance", 8)


def _of_definition(permission: str) -> Right:
    return Right(permission, "ProcessDefinition", 6)


# The engine lets an external task be read or changed by a right on the instance or by the like one on the definition.
NEEDED: Mapping[str, tuple[Right, ...]] = {
    "видеть задачи": (_of_instance("READ"), _of_definition("READ_INSTANCE")),
    "брать и завершать задачи": (_of_instance("UPDATE"), _of_definition("UPDATE_INSTANCE")),
    "читать диаграммы": (_of_definition("READ"),),
    "узнавать судьбу отменённых задач": (_of_definition("READ_HISTORY"),),
}
"""Что делает Exchanger → права, любого из которых хватает."""


async def examine_rights(connection: EngineConnection, clock: Clock) -> list[Diagnosis]:
    """Чего из нужного нет; без входа спрашивать не о ком."""
    if connection.auth is None:
        return []
    try:
        return await _examined(connection, clock)
    except ExchangerError as cause:
        return [failed(Code.ENGINE_RIGHTS, cause)]


async def _examined(connection: EngineConnection, clock: Clock) -> list[Diagnosis]:
    async with EngineHttp(connection, clock.monotonic, lambda _date, _sent, _got: None) as http:
        try:
            missing = [purpose for purpose, ways in NEEDED.items() if not await _any(http, ways)]
        except _Open:
            return [await _open(connection, clock)]
    return [_lacking(purpose) for purpose in missing] or [fine("Прав пользователя движка хватает.")]


async def _open(connection: EngineConnection, clock: Clock) -> Diagnosis:
    """The engine checks no login; whether something before it does is seen by asking without one."""
    nobody = dataclasses.replace(connection, auth=None)
    async with EngineHttp(nobody, clock.monotonic, lambda _date, _sent, _got: None) as http:
        answer = await http.send(Request("GET", ("external-task", "topic-names")))
    if not answer.done:
        return fine("Имя и пароль проверяет посредник перед движком; прав самого движка у пользователя не узнать.")
    what = "Движок отвечает, не проверяя имени и пароля: его REST открыт каждому, кто до него дойдёт."
    return warning(Code.ENGINE_OPEN, what, "включите вход в движке или закройте REST сетью и посредником.")


def _lacking(purpose: str) -> Diagnosis:
    ways = " или ".join(map(str, NEEDED[purpose]))
    what = f"Пользователю движка не дано права «{purpose}» для всех процессов."
    remedy = (
        f"Admin → Authorizations: {ways}, ресурс *; если дано на отдельные процессы — проверьте, что на все нужные."
    )
    return warning(Code.ENGINE_RIGHTS, what, remedy)


class _Open(Exception):
    """Движок не знает, кто спрашивает, хотя вход задан."""


async def _any(http: EngineHttp, ways: tuple[Right, ...]) -> bool:
    for right in ways:
        if await _has(http, right):
            return True
    return False


async def _has(http: EngineHttp, right: Right) -> bool:
    query = {
        "permissionName": right.permission,
        "resourceName": right.resource,
        "resourceType": str(right.kind),
        "resourceId": "*",
    }
    answer = await http.send(Request("GET", ("authorization", "check"), query=query))
    if answer.status == HTTPStatus.NOT_FOUND:  # a proxy that lets the needed addresses only through
        return True
    own = verdict(answer)
    if answer.status == HTTPStatus.UNAUTHORIZED and own is not None and own.kind == "InvalidRequestException":
        raise _Open  # seen on Camunda 7.24 without a login: all other questions were answered
    if not answer.done or not isinstance(answer.body, dict):
        raise error_of(http.name, answer, Call.READ)
    return bool(answer.body.get("authorized"))
