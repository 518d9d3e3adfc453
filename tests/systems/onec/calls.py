"""A call of 1C in front of the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from exchanger.connect import Call
from exchanger.domain.key import Key
from exchanger.domain.task import Order
from exchanger.sandbox.onec import Infobase, default_base, standin
from exchanger.sandbox.onec.seed import LOGIN, ORDERS, PARTNER, PARTNERS, PASSWORD
from exchanger.systems.onec import NAME, KeyScheme, OnecOptions, system_for
from exchanger.testing.contract import CallWorld, JumpClock
from exchanger.testing.proxy import HttpFaultProxy
from tests.systems.onec.world import FAST, order

DOCUMENT = "1c_create_document"
COUNTERPARTY = "1c_create_counterparty"
_GIVEN: Mapping[str, Mapping[str, Any]] = {
    DOCUMENT: {
        "document": "ЗаказПокупателя",
        "documentFields": {"Контрагент_Key": PARTNER, "Комментарий": "из процесса", "Товары": [{"Количество": 2}]},
        "postDocument": True,
    },
    COUNTERPARTY: {"counterpartyName": "ООО Лютик", "inn": "7700000016"},
}
_WRONG: Mapping[str, tuple[Mapping[str, Any], Sequence[str]]] = {
    DOCUMENT: ({"documentDate": "вчера", "documentFields": "никакие"}, ["document", "documentDate", "documentFields"]),
    COUNTERPARTY: ({"inn": "семь", "kpp": "восемь"}, ["counterpartyName", "inn", "kpp"]),
}


class OnecCallWorld(CallWorld):
    path = r"(standard\.odata|v1/objects)/(Document|Catalog)_[^(/]*$"
    secret = PASSWORD

    def __init__(self, base: Infobase, proxy: HttpFaultProxy, topic: str, clock: JumpClock) -> None:
        self.base, self.proxy, self.topic, self.clock = base, proxy, topic, clock
        self.calls: Mapping[str, Call] = {}

    def order(self, task_id: str) -> Order:
        return order(task_id, topic=self.topic, variables=_GIVEN[self.topic])

    def bad_order(self, task_id: str) -> tuple[Order, Sequence[str]]:
        wrong, words = _WRONG[self.topic]
        return order(task_id, topic=self.topic, variables=wrong), words

    def effects(self) -> int:
        if self.topic == COUNTERPARTY:
            return sum(row["Description"] == "ООО Лютик" for row in self.base.rows[PARTNERS].values())
        return len(self.base.rows[ORDERS])

    async def does(self, given: Mapping[str, Any] | None = None, topic: str = "", **more: Any) -> dict[str, Any]:
        """The values that the process gets."""
        call = self.calls[topic or self.topic]
        asked = order(topic=topic or self.topic, variables={**(given or {}), **more})
        returned = await call.run(call.prepare(asked), asked, Key("test", "main", "task-1"))
        return {name: variable.value for name, variable in returned.items()}


@asynccontextmanager
async def open_calls(
    topic: str = DOCUMENT, *, base: Infobase | None = None, **options: Any
) -> AsyncIterator[OnecCallWorld]:
    clock = JumpClock()
    base = base or default_base(clock=clock.now)
    async with standin(base) as running, HttpFaultProxy(running.url) as proxy:
        given: dict[str, Any] = {"username": LOGIN, "password": PASSWORD} | FAST | options
        settings = OnecOptions(url=proxy.url_for(running.url), **given)
        async with system_for(settings.keyed).open(settings, clock) as opened:
            assert opened.name == NAME
            world = OnecCallWorld(base, proxy, topic, clock)
            world.calls, world.call = opened.calls, opened.calls[topic]
            if settings.keyed is KeyScheme.REF and settings.scheme is KeyScheme.REF:
                await _learnt(world, topic)
            yield world


async def _learnt(world: OnecCallWorld, topic: str) -> None:
    """The first creation learns whether the base takes our reference; afterwards the set is as it was."""
    entity = PARTNERS if topic == COUNTERPARTY else ORDERS
    before = dict(world.base.rows[entity])
    given = dict(_GIVEN[topic]) | ({"inn": "7700000024"} if topic == COUNTERPARTY else {})
    await world.does(given)
    for key in set(world.base.rows[entity]) - set(before):
        del world.base.rows[entity][key]
    world.proxy.forget()
