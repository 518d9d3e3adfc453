"""Пользовательские поля: имя и значение из процесса → запись API. Что за поле, говорит схема."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from exchanger.connect import Intent
from exchanger.domain.errors import Reject
from exchanger.systems.openproject import readers
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.catalogue import Project
from exchanger.systems.openproject.choices import choose
from exchanger.systems.openproject.foreign import as_int, elements
from exchanger.systems.openproject.people import People
from exchanger.systems.openproject.schema import Form, Option, Property, read_option

_REMEDY = "исправьте диаграмму или включите поле у этого типа и в проекте."


class CustomValues:
    """Запись пользовательских полей."""

    def __init__(self, api: OpenProjectApi, people: People) -> None:
        self._api = api
        self._people = people

    async def write(
        self, values: Mapping[str, object], form: Form, project: Project | None
    ) -> tuple[dict[str, object], dict[str, object]]:
        """Значения и ссылки тела создания; `project` None — это поля самого проекта. `Reject` — поля нет или значение

        ему не подходит.
        """
        plain: dict[str, object] = {}
        linked: dict[str, object] = {}
        for name, value in values.items():
            field = _field(form, name, "этого типа в этом проекте" if project else "проектов")
            if field.kind in _PLAIN:
                plain[field.attribute] = _plain(field, value)
            else:
                linked[field.attribute] = await self._links(field, value, project)
        return plain, linked

    async def _links(self, field: Property, value: object, project: Project | None) -> object:
        names = readers.texts(value)
        if not field.many and len(names) != 1:
            names = (readers.text(value),)  # a comma may be part of the only name
        hrefs = [{"href": each} for each in [await self._href(field, name, project) for name in names]]
        return hrefs if field.many else hrefs[0]

    async def _href(self, field: Property, name: str, project: Project | None) -> str:
        what = f"значение поля «{field.name}»"
        if field.kind == "User" and project is not None:
            return await self._people.href(name, what, project)
        return choose(await self._options(field), name, what).href

    async def _options(self, field: Property) -> Sequence[Option]:
        if field.options or "/api/v3/" not in field.source:
            return field.options
        path = "/" + field.source.partition("/api/v3/")[2]
        rows = elements(await self._api.call("GET", path, intent=Intent.READ)) or []
        return [read_option(row) for row in rows]


def _field(form: Form, name: str, whose: str) -> Property:
    found = form.named(name)
    if len(found) == 1 and found[0].writable:
        return found[0]
    problem = "не одно" if len(found) > 1 else "только для чтения" if found else f"нет у {whose}"
    raise Reject(f"OpenProject: поле «{name}» — {problem}.", remedy=_REMEDY)


def _plain(field: Property, value: object) -> object:
    try:
        return _PLAIN[field.kind](value)
    except ValueError as error:
        raise Reject(f"OpenProject: поле «{field.name}»: {error}.", remedy=_REMEDY) from None


def _whole(value: object) -> int:
    found = as_int(value)
    if found is None:
        raise ValueError("нужно целое число")
    return found


def _fraction(value: object) -> float:
    try:
        return float(Decimal(str(value).replace(",", ".").replace(" ", "")))
    except InvalidOperation:
        raise ValueError("нужно число") from None


def _formatted(value: object) -> dict[str, str]:
    return {"raw": readers.text(value)}


def _day(value: object) -> str:
    return readers.day(value).isoformat()


_PLAIN: Mapping[str, Callable[[object], object]] = {
    "String": readers.text,
    "Link": readers.text,
    "Formattable": _formatted,
    "Integer": _whole,
    "Float": _fraction,
    "Boolean": readers.flag,
    "Date": _day,
}
