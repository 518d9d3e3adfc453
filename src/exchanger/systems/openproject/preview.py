"""Форма как проверка: каким пакет был бы и что с ним не так. Ничего не создаётся."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exchanger.domain.key import Key
from exchanger.systems.openproject.card import Body
from exchanger.systems.openproject.desk import Desk
from exchanger.systems.openproject.foreign import Row
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.systems.openproject.schema import read_form


@dataclass(frozen=True, slots=True)
class Preview:
    """Что ушло бы (`sent`), каким пакет стал бы (`payload`) и ошибки: атрибут → слова OpenProject."""

    sent: Body
    payload: Row
    errors: Mapping[str, str] = field(default_factory=dict)


async def preview(desk: Desk, key: Key, params: CreateTaskParams) -> Preview:
    """Проверить параметры формой; `Reject` — то, что мы видим и сами."""
    capabilities = await desk.inspector.searchable()
    place = await desk.cards.place(params)
    body = await desk.cards.body(key, params, place, capabilities)
    return await submitted(desk, body)


async def submitted(desk: Desk, body: Body) -> Preview:
    """Отдать готовое тело форме."""
    form = read_form(await desk.catalogue.submit(body))
    return Preview(body, form.payload, form.errors)
