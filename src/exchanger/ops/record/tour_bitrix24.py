"""Обход портала: постоянный список чтений, которыми пользуется наш клиент. Ничего не создаёт и не меняет."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from exchanger.connect import Answer, HttpOptions, Intent, Limiter
from exchanger.ops.record.compare import Rules
from exchanger.ops.record.recording import Recorded
from exchanger.ops.record.shape import clean_key
from exchanger.ops.record.walk import NOBODY, Listening, Step, walk
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import Envelope, read_answer
from exchanger.systems.bitrix24.foreign import as_int, as_map, as_rows
from exchanger.systems.bitrix24.portal import limits
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.bitrix24.snapshots import CUSTOM, SELECT

RULES = Rules(
    ("result",),
    frozenset(
        {"ERROR_METHOD_NOT_FOUND", "INSUFFICIENT_SCOPE", "ACCESS_DENIED", "QUERY_LIMIT_EXCEEDED",
         "OPERATION_TIME_LIMIT"}
    ),
)  # fmt: skip

TASKS = 5
"""Сколько последних задач прочитать подробно: у одной нет чек-листа, у другой результата."""

_FULL = [*SELECT, *CUSTOM, "DESCRIPTION", "CREATED_BY", "ACCOMPLICES", "AUDITORS", "GROUP_ID", "PARENT_ID", "PRIORITY",
         "TAGS", "TASK_CONTROL", "UF_CRM_TASK", "UF_TASK_WEBDAV_FILES"]  # fmt: skip


async def record(options: BitrixOptions, clock: Clock) -> list[Recorded]:
    """Обойти портал."""
    http_options = HttpOptions(name="Битрикс24", timeout=options.timeout, tls=options.tls)
    async with Listening(http_options, Limiter(limits(options))) as http:
        return await walk(BitrixTour(BitrixApi(options, http, clock)), http)


class BitrixTour:
    """Обход нашим клиентом портала."""

    codes: frozenset[str] = frozenset()

    def __init__(self, api: BitrixApi) -> None:
        self._api = api

    def opening(self) -> Iterable[Step]:
        """Что портал умеет и чем отвечает на пропавшее."""
        return [*opening(), *refusals()]

    def about(self, name: str, result: object) -> Iterable[Step]:
        """Что спросить ещё."""
        return about(name, result)

    async def ask(self, step: Step) -> object:
        """`result` ответа."""
        said = await self._api.ask(step.method, step.params, intent=Intent.READ)
        return said.result if isinstance(said, Envelope) else None

    def code(self, answer: Answer) -> str:
        """Код ошибки портала."""
        return error_code(answer)

    def key(self, name: str) -> str:
        """Имена полей Bitrix24 латинские."""
        return clean_key(name)


def error_code(answer: Answer) -> str:
    """Код ошибки в ответе портала."""
    read = read_answer(answer)
    return "" if isinstance(read, Envelope) else read.code


def opening() -> Iterator[Step]:
    """С чего начать: кто мы и что портал умеет."""
    yield Step("profile", "profile", {})
    yield Step("scope", "scope", {})
    yield Step("methods", "methods", {})
    yield Step("server.time", "server.time", {})
    yield Step("calendar", "calendar.settings.get", {})
    yield Step("departments", "department.get", {})
    yield Step("task fields", "tasks.task.getFields", {})
    yield Step("user fields", "task.item.userfield.getlist", {"ORDER": {"ID": "asc"}})
    yield Step("template fields", "tasks.template.fields", {})
    yield Step("resolvers", "imena.camunda.resolvers.list", {})
    yield Step("last tasks", "tasks.task.list", {"order": {"ID": "desc"}, "select": _FULL})
    cheap = {"order": {"ID": "asc"}, "select": list(SELECT), "params": {"WITH_RESULT_INFO": "Y"}, "start": -1}
    yield Step("tasks without count", "tasks.task.list", cheap)


def refusals() -> Iterator[Step]:
    """Чем портал отвечает на пропавшее и неверное."""
    yield Step("missing task", "tasks.task.get", {"taskId": NOBODY})
    yield Step("missing user", "user.get", {"FILTER": {"ID": NOBODY}})
    yield Step("missing results", "tasks.task.result.list", {"taskId": NOBODY})
    yield Step("missing check list", "task.checklistitem.getlist", {"TASKID": NOBODY})
    yield Step("missing template", "tasks.template.get", {"templateId": NOBODY})
    yield Step("missing file", "disk.attachedObject.get", {"id": NOBODY})
    yield Step("missing key", "tasks.task.list", {"filter": {"XML_ID": "exchanger-record"}, "select": list(SELECT)})
    yield Step("no parameter", "tasks.task.get", {})
    yield Step("wrong order", "tasks.task.list", {"order": {"NO_SUCH_FIELD": "asc"}, "select": ["ID"]})
    yield Step("unknown method", "exchanger.no.such.method", {})
    yield Step("batch", "batch", {"halt": 0, "cmd": {"one": "profile", "two": "exchanger.no.such.method"}})


def about(name: str, result: object) -> Iterator[Step]:
    """Что спросить ещё, судя по этому ответу."""
    if name == "profile" and (owner := as_int(as_map(result).get("ID"))) is not None:
        yield Step("user", "user.get", {"FILTER": {"ID": owner, "ACTIVE": True}})
        yield Step("supervisor", "imena.camunda.user.supervisor.get", {"userId": owner})
    if name == "user fields":
        listed = [each for each in as_rows(result) if each.get("USER_TYPE_ID") == "enumeration"]
        yield from (Step("user field", "task.item.userfield.get", {"ID": each["ID"]}) for each in listed[:1])
    if name == "last tasks":
        rows = as_rows(as_map(result).get("tasks"))[:TASKS]
        yield from (step for row in rows if (number := as_int(row.get("id"))) is not None for step in _task(number))
    if name == "results":
        files = [number for each in as_rows(result) for number in _numbers(each.get("files"))]
        yield from (Step("file", "disk.attachedObject.get", {"id": number}) for number in files[:1])


def _task(number: int) -> Iterator[Step]:
    yield Step("task", "tasks.task.get", {"taskId": number, "select": _FULL})
    yield Step("results", "tasks.task.result.list", {"taskId": number})
    yield Step("check list", "task.checklistitem.getlist", {"TASKID": number})
    yield Step("comments", "task.commentitem.getlist", {"TASKID": number})
    yield Step("history", "tasks.task.history.list", {"taskId": number})
    yield Step("questionnaires", "imena.camunda.task.questionnaire.list", {"taskId": number})


def _numbers(raw: object) -> list[int]:
    return [number for each in raw if (number := as_int(each)) is not None] if isinstance(raw, list) else []
