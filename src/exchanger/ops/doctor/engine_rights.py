"""Права пользователя движка: спрашиваются у самого движка, пробных изменений нет."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from exchanger.domain.errors import ExchangerError
from exchanger.engine.connection import EngineConnection
from exchanger.engine.errors import error_of
from exchanger.engine.http import Call, EngineHttp, Request
from exchanger.ops.doctor.finding import Code, Diagnosis, error, failed, fine
from exchanger.ports import Clock


@dataclass(frozen=True, slots=True)
class Right:
    """Право: как его зовёт движок, вид ресурса (число из Camunda Resources) и для чего оно."""

    permission: str
    resource: str
    kind: int
    purpose: str


NEEDED = (
    Right("READ", "ProcessInstance", 8, "видеть задачи"),
    Right("UPDATE", "ProcessInstance", 8, "брать и завершать задачи"),
    Right("READ", "ProcessDefinition", 6, "читать диаграммы"),
    Right("READ_HISTORY", "ProcessDefinition", 6, "узнавать судьбу отменённых задач"),
)


async def examine_rights(connection: EngineConnection, clock: Clock) -> list[Diagnosis]:
    """Чего из нужного нет; без входа спрашивать не о ком."""
    if connection.auth is None:
        return []
    async with EngineHttp(connection, clock.monotonic, lambda _date, _sent, _got: None) as http:
        try:
            missing = [right for right in NEEDED if not await _has(http, right)]
        except ExchangerError as cause:
            return [failed(Code.ENGINE_RIGHTS, cause)]
    if not missing:
        return [fine("Прав пользователя движка хватает.")]
    return [
        error(
            Code.ENGINE_RIGHTS,
            f"Пользователю движка не хватает {right.permission} на {right.resource}: нельзя {right.purpose}.",
            f"Cockpit → Admin → Authorizations: {right.resource}, {right.permission}, для всех (*).",
        )
        for right in missing
    ]


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
    if not answer.done or not isinstance(answer.body, dict):
        raise error_of(http.name, answer, Call.READ)
    return bool(answer.body.get("authorized"))
