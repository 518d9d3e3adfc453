"""Приказы оператора: остановиться, принять пропавшее, забыть узнанное. Ходят знаками шины, без общего диска."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import Enum

from exchanger.connect import Circuit, Side
from exchanger.roles.context import OUTAGES, Context
from exchanger.telemetry.log import log

POLL = 3.0
"""Секунд между вопросами: приказ действует в пределах пяти."""


class Scope(Enum):
    """Что остановлено."""

    NOTHING = "работает"
    NEW = "новое не берётся и не создаётся, ответы людей передаются"
    ALL = "не делается ничего"


_HELD = {
    Scope.NOTHING: frozenset[Side](),
    Scope.NEW: frozenset({Side.CREATE}),
    Scope.ALL: frozenset(Side),
}


def pause_flag(system: str) -> str:
    """Знак «новое не брать»."""
    return f"pause.{system}"


def stop_flag(system: str) -> str:
    """Знак «не делать ничего»; без `pause_flag` ничего не значит."""
    return f"stop.{system}"


def accept_flag(system: str) -> str:
    """Знак «принять пропавшее»: одноразовый, его опускает действующая вахта."""
    return f"accept.{system}"


def forget_flag(system: str) -> str:
    """Знак «забыть узнанное»: одноразовый, его опускает действующая вахта."""
    return f"forget.{system}"


class Pause:
    """Что остановлено у системы; не узнать — в силе то, что знали, а пока не знали ничего, стоит всё."""

    def __init__(self, context: Context, system: str) -> None:
        self._context = context
        self._system = system
        self._part = context.health.part(f"pause:{system}")
        self._scope = Scope.ALL
        self._asked = -math.inf

    async def scope(self) -> Scope:
        """Что остановлено, не старее `POLL` секунд; `Retry`, `OutcomeUnknown` — ещё ни разу не узнали."""
        now = self._context.clock.monotonic()
        if now - self._asked >= POLL:
            try:
                self._note(await self._ask())
            except OUTAGES as outage:
                if self._asked == -math.inf:
                    raise
                log.debug("приказ оператора не узнать, в силе прежний", system=self._system, reason=str(outage))
            self._asked = now
        return self._scope

    async def keep(self, circuit: Circuit, orders: Mapping[str, Callable[[], None]]) -> None:
        """Держать автомат по приказу и исполнять одноразовые приказы (знак → действие), пока не остановят."""
        circuit.hold(_HELD[Scope.ALL])
        while True:
            try:
                circuit.hold(_HELD[await self.scope()])
                await self._pass_on(orders)
            except OUTAGES as outage:
                log.debug("приказов оператора не узнать", system=self._system, reason=str(outage))
            await self._context.clock.sleep(POLL)

    async def lifted(self) -> None:
        """Дождаться, пока новое снова можно брать."""
        while await self.scope() is not Scope.NOTHING:
            await self._context.clock.sleep(POLL)

    async def _ask(self) -> Scope:
        flags = self._context.bus
        if not await flags.is_raised(pause_flag(self._system)):
            return Scope.NOTHING
        return Scope.ALL if await flags.is_raised(stop_flag(self._system)) else Scope.NEW

    async def _pass_on(self, orders: Mapping[str, Callable[[], None]]) -> None:
        """Lowered first: an order that is carried out twice would accept what nobody has looked at."""
        for name, act in orders.items():
            if await self._context.bus.is_raised(name):
                await self._context.bus.lower_flag(name)
                act()

    def _note(self, scope: Scope) -> None:
        self._scope = scope
        now = self._context.clock.now()
        if scope is Scope.NOTHING:
            self._part.up(now=now)
        else:
            self._part.degraded(
                f"Остановлена оператором: {scope.value}. Что делать: exchanger resume {self._system}", now=now
            )
