"""`/__admin/`: управление стендом из проверок в других процессах (JSON)."""

from __future__ import annotations

from typing import Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from exchanger.sandbox.onec.errors import Refusal
from exchanger.sandbox.onec.faults import Fault, FaultKind
from exchanger.sandbox.onec.infobase import Infobase
from exchanger.sandbox.onec.person import Person
from exchanger.sandbox.onec.sessions import Sessions


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FaultBody(_Body):
    """Сбой в план; поля — как у Fault."""

    kind: FaultKind
    method: str = ""
    path: str = ""
    times: int | None = 1
    delay: float = 0.0


class SwitchesBody(_Body):
    """Длящиеся сбои; не названное не меняется. `hang` — секунды."""

    maintenance: bool | None = None
    hang: float | None = None


class ActBody(_Body):
    """Действие человека."""

    action: Literal["execute", "mark", "destroy", "forward"]
    ref: str
    set: str = "Task_ЗадачаИсполнителя"
    text: str = ""


class Admin:
    """Пути управления."""

    def __init__(self, base: Infobase, sessions: Sessions) -> None:
        self._base, self._sessions = base, sessions

    def add_routes(self, app: web.Application) -> None:
        """Добавить пути."""
        app.router.add_post("/__admin/faults", self._fault)
        app.router.add_post("/__admin/switches", self._switches)
        app.router.add_post("/__admin/act", self._act)
        app.router.add_get("/__admin/rows/{set}", self._rows)
        app.router.add_get("/__admin/sessions", self._open)

    async def _fault(self, request: web.Request) -> web.Response:
        try:
            body = FaultBody.model_validate_json(await request.read())
        except ValidationError as error:
            return web.Response(status=400, text=str(error))
        self._base.faults.add(Fault(**body.model_dump()))
        return web.json_response({})

    async def _switches(self, request: web.Request) -> web.Response:
        try:
            body = SwitchesBody.model_validate_json(await request.read())
        except ValidationError as error:
            return web.Response(status=400, text=str(error))
        for name, value in body.model_dump(exclude_none=True).items():
            setattr(self._base.faults, name, value)
        return web.json_response({})

    async def _act(self, request: web.Request) -> web.Response:
        try:
            self._perform(ActBody.model_validate_json(await request.read()))
        except ValidationError as error:
            return web.Response(status=400, text=str(error))
        except Refusal as error:
            return web.json_response(error.body(), status=error.status)
        return web.json_response({})

    def _perform(self, body: ActBody) -> None:
        person = Person(self._base)
        match body.action:
            case "execute":
                person.execute(body.ref, body.text)
            case "mark":
                person.mark(body.set, body.ref)
            case "destroy":
                person.destroy(body.set, body.ref)
            case "forward":
                person.forward(body.ref, body.text)

    async def _rows(self, request: web.Request) -> web.Response:
        return web.json_response(list(self._base.rows.get(request.match_info["set"], {}).values()))

    async def _open(self, _: web.Request) -> web.Response:
        return web.json_response({"open": len(self._sessions.open), "started": self._sessions.started})
