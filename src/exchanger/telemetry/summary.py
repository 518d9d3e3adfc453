"""Что служба говорит о себе одной строкой: systemd (STATUS) и журналу раз в MONITOR_LOG_INTERVAL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from exchanger.ports import Clock
from exchanger.telemetry.health import Condition, Health
from exchanger.telemetry.log import log

_LINK = "связь"
_UP = "есть"
_LONGEST = 200

BusState = Callable[[], Mapping[str, str]]
"""Состояние шины: `Bus.state`."""


def status_line(health: Health, bus: Mapping[str, str]) -> str:
    """Что не работает, без чего не началась работа или «работает»."""
    faults = list(_faults(health, bus))
    if faults:
        return f"не работает: {'; '.join(faults)}"[:_LONGEST]
    starting = [part.name for part in health.parts if part.condition is Condition.STARTING]
    return f"ждёт начала работы: {', '.join(starting)}"[:_LONGEST] if starting else "работает"


def _faults(health: Health, bus: Mapping[str, str]) -> Iterable[str]:
    """A role that waits for a broken link is not down itself: the link says why nothing happens."""
    yield from (f"{name}: {said}" for name, said in bus.items() if is_broken_link(name, said))
    yield from (f"{part.name}: {part.reason}" for part in health.parts if part.condition is Condition.DOWN)


def is_broken_link(name: str, said: str) -> bool:
    """Строка состояния шины говорит о связи, и связи нет."""
    return name.startswith(_LINK) and not said.startswith(_UP)


async def summarise(
    every: timedelta, clock: Clock, health: Health, bus: BusState, counts: Callable[[], Mapping[str, int]]
) -> None:
    """Писать в журнал сводку, пока не остановят: состояние и числа, ни одной задачи по имени."""
    while True:
        await clock.sleep(every.total_seconds())
        log.info("сводка", status=status_line(health, bus()), **counts())
