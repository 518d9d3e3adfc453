"""Обход экземпляра OpenProject: чтения API v3, которыми пользуется наш клиент. Форма создания ничего не создаёт."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from exchanger.connect import Answer, HttpOptions, Intent, Limiter
from exchanger.ops.record.compare import Rules
from exchanger.ops.record.recording import Recorded
from exchanger.ops.record.shape import clean_key
from exchanger.ops.record.walk import NOBODY, Listening, Step, walk
from exchanger.ports import Clock
from exchanger.systems.openproject.answers import Fault, read_answer
from exchanger.systems.openproject.desk import Desk, desk_on, limits
from exchanger.systems.openproject.foreign import Row, as_map, as_text, elements, link_id, links
from exchanger.systems.openproject.listing import BY_CHANGE, EVERYWHERE, query, scope_of
from exchanger.systems.openproject.schema import read_form
from exchanger.systems.openproject.settings import OpenProjectOptions
from exchanger.systems.openproject.touches import involving

RULES = Rules(("_embedded",), frozenset({"MISSINGPERMISSION", "TOOMANYREQUESTS", "PAGE"}))

PACKAGES = 5
"""Сколько последних пакетов прочитать подробно: у одного нет вложений, у другого связей."""

_KINDS = frozenset(
    {"InternalServerError", "InvalidQuery", "InvalidRenderContext", "InvalidRequestBody", "InvalidSignal",
     "MissingPermission", "MultipleErrors", "NotFound", "NotImplemented", "PropertyConstraintViolation",
     "PropertyFormatError", "PropertyIsReadOnly", "PropertyMissingError", "ResourceTypeMismatch", "TooManyRequests",
     "TypeNotSupported", "Unauthenticated", "UpdateConflict"}
)  # fmt: skip
_FORM = "POST /work_packages/form"
_LIST = f"GET {EVERYWHERE}"
_LONG_AGO = "2000-01-01T00:00:00.000Z"
_PAGE = "page"  # answered by somebody between us and the API


async def record(options: OpenProjectOptions, clock: Clock) -> list[Recorded]:
    """Обойти экземпляр."""
    http_options = HttpOptions(name="OpenProject", timeout=options.timeout, tls=options.tls)
    async with Listening(http_options, Limiter(limits(options))) as http:
        return await walk(OpenProjectTour(desk_on(http, options, clock)), http)


class OpenProjectTour:
    """Обход нашим клиентом экземпляра, начиная с обычного проекта."""

    codes = _KINDS

    def __init__(self, desk: Desk) -> None:
        self._api = desk.api
        self._options = desk.options
        self._schemas: set[str] = set()

    def opening(self) -> Iterator[Step]:
        """Справочники, проект, списки, отказы."""
        yield Step("root", "GET /", {})
        yield Step("configuration", "GET /configuration", {})
        yield Step("statuses", "GET /statuses", {})
        yield Step("project", "GET /projects/<id>", {}, f"/projects/{quote(self._options.projects[0], safe='')}")
        yield Step("last packages", _LIST, query({}, size=PACKAGES, order=(("id", "desc"),)))
        yield Step("open packages", _LIST, query({"status": ("o", ())}, size=PACKAGES))
        yield Step("changed", _LIST, query({"updatedAt": ("<>d", [_LONG_AGO, ""])}, size=PACKAGES, order=BY_CHANGE))
        yield from _refusals()

    def about(self, name: str, result: object) -> Iterable[Step]:
        """Проект ведёт к форме, форма — к полям, список — к пакетам."""
        follow = {"project": self._project, "form": self._fields, "last packages": self._packages}.get(name)
        return follow(as_map(result)) if follow is not None and result is not None else ()

    async def ask(self, step: Step) -> object:
        """Тело ответа."""
        method, _, path = step.method.partition(" ")
        body = step.params if method == "POST" else None
        asked = step.params if method == "GET" else None
        path = "" if step.name == "root" else step.path or path
        said = await self._api.ask(method, path, intent=Intent.READ, body=body, query=asked)
        return None if isinstance(said, Fault) else said

    def code(self, answer: Answer) -> str:
        """Вид ошибки API."""
        read = read_answer(answer)
        return (read.kind or _PAGE) if isinstance(read, Fault) else ""

    def key(self, name: str) -> str:
        """Имена API латинские, свои у экземпляра только `customFieldN`."""
        return clean_key(name)

    def _project(self, row: Row) -> Iterator[Step]:
        number = as_text(row.get("id"))
        path = f"/projects/{number}/available_assignees"
        yield Step("assignees", "GET /projects/<id>/available_assignees", {}, path)
        yield Step("form", _FORM, {"_links": {"project": {"href": self._api.site.href("projects", number)}}})
        inside = query({}, size=PACKAGES)
        yield Step("packages of the project", "GET /projects/<id>/work_packages", inside, scope_of(number))

    def _fields(self, row: Row) -> Iterator[Step]:
        form = read_form(row)
        for each in form.named(self._options.key_field)[:1]:
            yield Step("missing key", _LIST, query({each.attribute: ("=", ["exchanger-record"])}, size=1))
        sources = [each.source for each in form.properties.values() if each.custom and "/custom_fields/" in each.source]
        for source in sources[:1]:
            path = "/" + source.partition("/api/v3/")[2]
            yield Step("items of a field", "GET /custom_fields/<id>/items", {}, path)

    def _packages(self, body: Row) -> Iterator[Step]:
        rows = (elements(body) or [])[:PACKAGES]
        numbers = [number for row in rows if (number := as_text(row.get("id")))]
        if numbers:
            yield Step("by numbers", _LIST, query({"id": ("=", numbers)}, size=PACKAGES))
            one_too_many = query({"id": ("=", [*numbers, str(NOBODY)])}, size=PACKAGES + 1)
            yield Step("one number too many", _LIST, one_too_many)
            yield Step("one number left out", _LIST, {**one_too_many, "valid_subset": "true"})
        for row, number in zip(rows, numbers, strict=False):
            yield from self._package(row, number)

    def _package(self, row: Row, number: str) -> Iterator[Step]:
        path = f"{EVERYWHERE}/{number}"
        yield Step("package", f"{_LIST}/<id>", {}, path)
        for name in ("activities", "attachments", "watchers"):
            yield Step(name, f"{_LIST}/<id>/{name}", {}, f"{path}/{name}")
        yield Step("relations", "GET /relations", involving(number))
        pair = f"{link_id(links(row).get('project'))}-{link_id(links(row).get('type'))}"
        if pair not in self._schemas:
            self._schemas.add(pair)
            yield Step("schema", f"{_LIST}/schemas/<id>", {}, f"{EVERYWHERE}/schemas/{pair}")


def _refusals() -> Iterator[Step]:
    yield Step("missing package", f"{_LIST}/<id>", {}, f"{EVERYWHERE}/{NOBODY}")
    yield Step("missing project", "GET /projects/<id>", {}, f"/projects/{NOBODY}")
    yield Step("missing schema", f"{_LIST}/schemas/<id>", {}, f"{EVERYWHERE}/schemas/{NOBODY}-{NOBODY}")
    yield Step("unknown filter", _LIST, query({"exchangerNoSuchFilter": ("=", ["1"])}, size=1))
    yield Step("unknown order", _LIST, query({}, size=1, order=(("exchangerNoSuchColumn", "asc"),)))
    yield Step("unknown path", "GET /exchanger_no_such_path", {})
