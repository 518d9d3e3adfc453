"""Несколько систем под одним именем и одной очередью; у каждой остаются свои клиент, пределы и автомат."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from exchanger.connect import Call, Circuit, Finding, Limiter, Limits, OpenSystem
from exchanger.connect.system import served_as
from exchanger.domain.errors import ConfigError
from exchanger.ports import Clock


def merged(
    name: str,
    own: Sequence[OpenSystem],
    ready: Sequence[OpenSystem],
    clock: Clock,
    *,
    at_once: int,
    extra_topics: Iterable[str] = (),
) -> OpenSystem:
    """Одна система: вызовы авторов и готовые; тему, которую объявил автор, обслуживает он."""
    parts = (*own, *ready)
    calls = {topic: call for part in ready for topic, call in part.calls.items()} | _declared(own)
    calls |= {topic: calls[served_as(name, topic, calls)] for topic in extra_topics}

    async def check() -> list[Finding]:
        return [finding for part in parts for finding in await part.check()]

    limiter = Limiter(Limits(per_second=1e6, burst=1e6, at_once=at_once))
    return OpenSystem(name, {}, limiter, Circuit(name, clock), timedelta(), check, calls=calls)


def _declared(own: Sequence[OpenSystem]) -> dict[str, Call]:
    """Calls of the authors; `ConfigError` — a topic that two of them declare, or a work."""
    calls: dict[str, Call] = {}
    for part in own:
        if part.works:
            raise ConfigError(
                f"Часть {part.name} объявила работу (Work).",
                remedy="в службах Python бывают только вызовы; работе нужна своя система.",
            )
        if twice := sorted(calls.keys() & part.calls.keys()):
            raise ConfigError(
                f"Тему {twice[0]} объявили дважды, второй раз — часть {part.name}.", remedy="оставьте одну функцию."
            )
        calls |= part.calls
    return calls
