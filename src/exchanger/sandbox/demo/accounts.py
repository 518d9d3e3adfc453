"""Счета: сколько обращений к движку и порталу и сколько сообщений стоил показ."""

from __future__ import annotations

from collections import Counter

from exchanger.sandbox.bitrix24 import Portal
from exchanger.sandbox.demo.meter import MeteredBus
from exchanger.sandbox.demo.summary import Costs
from exchanger.testing.proxy import HttpFaultProxy

_ID = "{id}"


def costs(engine: HttpFaultProxy | None, portal: Portal, bus: MeteredBus) -> Costs:
    """Счета на эту минуту."""
    return Costs(
        engine=Counter() if engine is None else _by_name(engine.counters()),
        methods=Counter(portal.calls),
        requests=sum(portal.requests.values()),
        messages=bus.published.total(),
    )


def _by_name(counters: Counter[tuple[str, str]]) -> Counter[str]:
    named: Counter[str] = Counter()
    for (_, template), count in counters.items():
        named[_name(template)] += count
    return named


def _name(template: str) -> str:
    """`/engine-rest/external-task/{id}/complete` → complete; a path that ends with the id keeps its collection."""
    parts = [part for part in template.split("/") if part and part != _ID]
    return f"{parts[-1]}/{_ID}" if template.endswith(_ID) else parts[-1]
