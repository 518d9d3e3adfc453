"""Несколько систем под одним именем и одной очередью; у каждой остаются свои клиент, пределы и автомат."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from exchanger.connect import Call, Circuit, Finding, Limiter, Limits, OpenSystem
from exchanger.connect.system import served_as
from exchanger.domain.errors import ConfigError
from exchanger.ports import Clock


def merged(
    name: str, parts: Sequence[OpenSystem], clock: Clock, *, at_once: int, extra_topics: Iterable[str] = ()
) -> OpenSystem:
    """Одна система из вызовов частей; `ConfigError` — тему объявили двое или часть объявила работу."""
    calls: dict[str, Call] = {}
    for part in parts:
        if part.works:
            raise ConfigError(
                f"Часть {part.name} объявила работу (Work).",
                remedy="в службах Python бывают только вызовы; работе нужна своя система.",
            )
        if twice := sorted(calls.keys() & part.calls.keys()):
            raise ConfigError(
                f"Тему {twice[0]} объявили дважды, второй раз — часть {part.name}.",
                remedy="оставьте одну функцию или не включайте готовый вызов с этой темой.",
            )
        calls |= part.calls
    calls |= {topic: calls[served_as(name, topic, calls)] for topic in extra_topics}

    async def check() -> list[Finding]:
        return [finding for part in parts for finding in await part.check()]

    limiter = Limiter(Limits(per_second=1e6, burst=1e6, at_once=at_once))
    return OpenSystem(name, {}, limiter, Circuit(name, clock), timedelta(), check, calls=calls)
