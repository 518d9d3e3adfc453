"""Пакет словами: какой он есть и каким стал бы по форме создания. Ничего не создаётся."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from exchanger.connect import Intent
from exchanger.connect.showing import Explained
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef
from exchanger.domain.variables import JsonValue
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.desk import Desk
from exchanger.systems.openproject.errors import NOT_FOUND, query_error
from exchanger.systems.openproject.foreign import Row, as_map, as_rows, as_text, href, link_id, links, title
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.systems.openproject.schema import Property, read_form
from exchanger.systems.openproject.snapshots import SYSTEM_NAME

Schema = Mapping[str, Property]

_PATH = "/work_packages"


class Shown:
    """Показ; его наследует операция над пакетами."""

    _desk: Desk

    async def show(self, refs: Sequence[ObjectRef]) -> Mapping[str, Mapping[str, JsonValue]]:
        """Номер → поля пакета под именами, какими их видят люди; невидимого нет."""
        shown: dict[str, Mapping[str, JsonValue]] = {}
        for ref in refs:
            row = await _read(self._desk, ref.id)
            if row is not None:
                place = links(row)
                schema = await self._desk.catalogue.schema(link_id(place.get("project")), link_id(place.get("type")))
                shown[ref.id] = cast("Mapping[str, JsonValue]", dict(_flat(row, schema)))
        return shown

    async def preview(self, key: Key, params: CreateTaskParams) -> Mapping[str, object]:
        """Поля будущего пакета; `Reject` — того, что названо, на экземпляре нет."""
        return (await self.explain(key, params)).fields

    async def explain(self, key: Key, params: CreateTaskParams) -> Explained:
        """Пакет, каким его показала бы форма, что добавится потом и на что форма возразила."""
        desk = self._desk
        capabilities = await desk.inspector.searchable()
        place = await desk.cards.place(params)
        form = read_form(await desk.catalogue.submit(await desk.cards.body(key, params, place, capabilities)))
        later: dict[str, JsonValue] = {
            "связи": [f"{kind} №{other}" for kind, other, _ in params.relations],
            "наблюдатели": list(params.watchers),
            "комментарий": [params.comment] if params.comment else [],
            "вложения из переменных": list(params.attachments),
        }
        wrong = [f"{_name(form.properties, attribute)}: {words}" for attribute, words in form.errors.items()]
        return Explained(
            fields=dict(_flat(form.payload, form.properties)),
            later={name: value for name, value in later.items() if value},
            missing=(*wrong, *await _unseen(desk, params)),
        )


async def _unseen(desk: Desk, params: CreateTaskParams) -> list[str]:
    """Relations are made after the package itself: the form knows nothing of them."""
    wanted = [ObjectRef(SYSTEM_NAME, str(other)) for _, other, _ in params.relations]
    finder = desk.search.finder(await desk.inspector.get())
    seen = {found.ref.id for found in await finder.by_refs(wanted)} if wanted else set()
    return [f"связь с №{ref.id}: такого пакета нет или он не виден" for ref in wanted if ref.id not in seen]


async def _read(desk: Desk, number: str) -> Row | None:
    path = f"{_PATH}/{number}"
    answer = await desk.api.ask("GET", path, intent=Intent.READ)
    if not isinstance(answer, Fault):
        return answer
    if answer.status == NOT_FOUND:
        return None
    raise query_error(answer, f"GET {path}")


def _flat(row: Row, schema: Schema) -> Iterator[tuple[str, object]]:
    """Only what the schema knows and what is not empty; a link is the name of what it leads to."""
    linked = links(row)
    for attribute, known in schema.items():
        value = _linked(linked[attribute]) if attribute in linked else _plain(row.get(attribute))
        if value not in (None, "", []):
            yield (known.name if known.custom else attribute), value


def _plain(value: object) -> object:
    return as_text(as_map(value).get("raw")) if isinstance(value, Mapping) else value


def _linked(value: object) -> object:
    return [_text(each) for each in as_rows(value)] if isinstance(value, list) else _text(value)


def _text(link: object) -> str:
    number, name = link_id(link), title(link)
    return f"{name} (№{number})" if name and number else name or href(link)


def _name(schema: Schema, attribute: str) -> str:
    known = schema.get(attribute)
    return known.name if known is not None and known.custom else attribute
