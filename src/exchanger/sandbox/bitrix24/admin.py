"""`/__admin/`: управление стендом из тестов в других процессах (JSON)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from exchanger.sandbox.bitrix24.errors import RestError
from exchanger.sandbox.bitrix24.faults import EventFaults, Fault, FaultKind
from exchanger.sandbox.bitrix24.limits import Limits
from exchanger.sandbox.bitrix24.model import Subscription, Task
from exchanger.sandbox.bitrix24.person import Person
from exchanger.sandbox.bitrix24.portal import EventName

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.portal import Portal


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ActBody(_Body):
    """Действие человека."""

    user: int
    task_id: int
    action: Literal[
        "open", "start", "pause", "complete", "approve", "disapprove", "decline", "defer", "reopen",
        "delegate", "delete", "hide", "reveal", "answer", "result", "comment",
    ]  # fmt: skip
    to: int = 0
    text: str = ""


class FaultBody(_Body):
    """Сбой в план; поля - как у Fault."""

    kind: FaultKind
    method: str = "*"
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    delay: float = 0.0
    location: str = "http://127.0.0.1:9/"


class EventFaultsBody(_Body):
    """Сбои доставки событий."""

    lost: float = 0.0
    duplicated: float = 0.0
    forged: float = 0.0
    delay: float = 0.0
    reordered: float = 0.0


class SwitchesBody(_Body):
    """Длящиеся сбои; не названное не меняется. Отставание и ход часов - в секундах."""

    ignored_filters: set[str] | None = None
    search_lag: float | None = None
    clock_skew: float | None = None
    events: EventFaultsBody | None = None


class LimitsBody(_Body):
    """Ограничения; поля - как у Limits."""

    per_second: float | None = None
    burst: int = 50
    operating: float | None = None
    costs: dict[str, float] = Field(default_factory=dict)


class SubscriptionBody(_Body):
    """Подписка на события."""

    url: str
    application_token: str
    events: set[EventName] = Field(default_factory=lambda: set(EventName))


def task_json(task: Task) -> dict[str, Any]:
    """Задача для тестов: числа числами."""
    return {
        "id": task.id,
        "title": task.title,
        "status": int(task.status),
        "created_by": task.created_by,
        "responsible_id": task.responsible_id,
        "xml_id": task.xml_id,
        "user_fields": task.user_fields,
        "deadline": None if task.deadline is None else task.deadline.isoformat(),
        "changed_date": task.changed_date.isoformat(),
    }


@dataclass(frozen=True, slots=True)
class Admin:
    """Обработчики управления."""

    portal: Portal

    async def tasks(self, _: web.Request) -> web.Response:
        """Все задачи."""
        return web.json_response({"tasks": [task_json(task) for task in self.portal.store.tasks.values()]})

    async def calls(self, _: web.Request) -> web.Response:
        """Счётчики: вызовы методов (и внутри batch), запросы HTTP, сработавшие сбои."""
        fired = [{"method": method, "kind": kind.value} for method, kind in self.portal.faults.fired]
        return web.json_response({"calls": self.portal.calls, "requests": self.portal.requests, "fired": fired})

    async def comments(self, _: web.Request) -> web.Response:
        """Комментарии по задачам."""
        rows = [each for found in self.portal.comments.values() for each in found]
        return web.json_response(
            {"comments": [{"task_id": each.task_id, "author": each.author, "text": each.text} for each in rows]}
        )

    async def act(self, request: web.Request) -> web.Response:
        """Действие от имени человека."""
        body = ActBody.model_validate_json(await request.read())
        _act(Person(self.portal, self.portal.user(body.user)), body)
        task = self.portal.store.get(body.task_id)
        return web.json_response({"task": None if task is None else task_json(task)})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Сбой в план."""
        body = FaultBody.model_validate_json(await request.read())
        self.portal.faults.add(Fault(**body.model_dump()))
        return web.json_response({"ok": True})

    async def clear_faults(self, _: web.Request) -> web.Response:
        """Снимает все сбои."""
        self.portal.faults.clear()
        return web.json_response({"ok": True})

    async def switches(self, request: web.Request) -> web.Response:
        """Меняет длящиеся сбои."""
        body, faults = SwitchesBody.model_validate_json(await request.read()), self.portal.faults
        if body.ignored_filters is not None:
            faults.ignored_filters = set(body.ignored_filters)
        if body.search_lag is not None:
            faults.search_lag = timedelta(seconds=body.search_lag)
        if body.clock_skew is not None:
            faults.clock_skew = timedelta(seconds=body.clock_skew)
        if body.events is not None:
            faults.events = EventFaults(**body.events.model_dump())
        return web.json_response({"ok": True})

    async def limits(self, request: web.Request) -> web.Response:
        """Меняет ограничения."""
        body = LimitsBody.model_validate_json(await request.read())
        self.portal.set_limits(Limits(**body.model_dump()))
        return web.json_response({"ok": True})

    async def subscribe(self, request: web.Request) -> web.Response:
        """Подписывает адрес на события."""
        body = SubscriptionBody.model_validate_json(await request.read())
        names = frozenset(name.value for name in body.events)
        self.portal.subscriptions.append(Subscription(body.url, body.application_token, names))
        return web.json_response({"ok": True})


def _act(person: Person, body: ActBody) -> None:
    match body.action:
        case "delegate":
            person.delegate(body.task_id, body.to)
        case "hide":
            person.hide(body.task_id, body.to)
        case "reveal":
            person.reveal(body.task_id, body.to)
        case "answer":
            person.answer(body.task_id, body.text)
        case "result":
            person.add_result(body.task_id, body.text)
        case "comment":
            person.comment(body.task_id, body.text)
        case action:
            getattr(person, action)(body.task_id)


@web.middleware
async def _refusals(request: web.Request, handler: Any) -> web.StreamResponse:
    if not request.path.startswith("/__admin/"):
        return await _plain(request, handler)
    try:
        return await _plain(request, handler)
    except RestError as error:
        return web.json_response({"error": error.code, "error_description": error.description}, status=409)
    except ValidationError as error:
        return web.json_response({"error": "validation", "error_description": str(error)}, status=400)


async def _plain(request: web.Request, handler: Any) -> web.StreamResponse:
    response = await handler(request)
    assert isinstance(response, web.StreamResponse)
    return response


def add_routes(app: web.Application, portal: Portal) -> None:
    """Добавляет адреса управления."""
    admin = Admin(portal)
    app.middlewares.append(_refusals)
    app.add_routes(
        [
            web.get("/__admin/tasks", admin.tasks),
            web.get("/__admin/calls", admin.calls),
            web.get("/__admin/comments", admin.comments),
            web.post("/__admin/act", admin.act),
            web.post("/__admin/faults", admin.add_fault),
            web.delete("/__admin/faults", admin.clear_faults),
            web.post("/__admin/switches", admin.switches),
            web.post("/__admin/limits", admin.limits),
            web.post("/__admin/subscriptions", admin.subscribe),
        ]
    )
