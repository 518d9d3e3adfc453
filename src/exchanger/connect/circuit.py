"""Автомат системы: пока она не принимает никого, её не спрашивают и попыток не тратят."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from exchanger.domain.errors import SystemPaused
from exchanger.domain.policy import Backoff
from exchanger.ports import Clock
from exchanger.telemetry.log import log

_PROBES = Backoff(first=timedelta(seconds=1), factor=2.0, most=timedelta(seconds=15))


class Side(Enum):
    """Кто работает с системой: создающий пишет, следящий читает. Отказ одному — ещё не отказ другому."""

    CREATE = "create"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class _Pause:
    """Пауза одной стороны: почему, сколько проб не удалось, когда пробовать снова."""

    reason: str
    failures: int
    retry_at: float


class Circuit:
    """Разомкнут = система на паузе. Говорит в журнал один раз, когда она остановилась, и один раз, когда вернулась.

    После паузы пропускает пробу: `closed()` возвращается, и удачный ответ (`succeeded`) стороне, которой отказали,
    замыкает автомат, а новый отказ (`opened`) продлевает паузу. Пока отказано следящему, создающий не пробует: проба
    следящего ничего не стоит, а заявка возвращалась бы в очередь. Сверх того сторону может удержать оператор (`hold`).
    """

    def __init__(self, system: str, clock: Clock) -> None:
        self._system = system
        self._clock = clock
        self._pauses: dict[Side, _Pause] = {}
        self._held: frozenset[Side] = frozenset()
        self._changed = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Спрашивать систему нельзя: она отказывает или остановлена целиком."""
        return bool(self._pauses) or Side.WATCH in self._held

    @property
    def reason(self) -> str:
        """Почему система на паузе; «» — работает."""
        held = "система остановлена оператором." if self._held else ""
        return next((pause.reason for pause in self._pauses.values()), held)

    def hold(self, sides: frozenset[Side]) -> None:
        """Этим сторонам нельзя спрашивать, сколько бы система ни отвечала; пустое множество — отпустить."""
        if sides != self._held:
            self._held = sides
            self._notify()

    async def broken(self) -> None:
        """Дождаться, пока создающему станет нельзя спрашивать (сразу, если уже нельзя)."""
        while not self._stops(Side.CREATE):
            await self._changed.wait()

    def opened(self, reason: str, after: timedelta | None = None, *, by: Side = Side.WATCH) -> None:
        """Система отказала этой стороне: ждать `after` или всё дольше с каждой неудачной пробой."""
        if not self._pauses:
            log.error("система не отвечает, работа с ней остановлена", system=self._system, reason=reason)
        now = self._clock.monotonic()
        known = self._pauses.get(by, _Pause(reason, 0, now))
        failures, retry_at = known.failures, known.retry_at
        if now >= retry_at:  # of requests that failed together only the first is a failed probe
            failures, retry_at = failures + 1, now + _PROBES.delay(failures).total_seconds()
        if after is not None:
            retry_at = max(retry_at, now + after.total_seconds())
        self._pauses[by] = _Pause(reason, failures, retry_at)
        self._notify()

    @contextmanager
    def asking(self, by: Side) -> Iterator[None]:
        """Обращение к системе: её отказ всем (`SystemPaused`) размыкает автомат."""
        try:
            yield
        except SystemPaused as error:
            self.opened(str(error), error.after, by=by)
            raise

    def require(self, by: Side) -> None:
        """`SystemPaused`, пока этой стороне спрашивать нельзя: система заявки не увидит."""
        if self._stops(by):
            raise SystemPaused(self.reason)

    def succeeded(self, *, by: Side = Side.WATCH) -> None:
        """Система ответила этой стороне; когда отказов не осталось, работа продолжается."""
        pause = self._pauses.pop(by, None)
        if pause is None:
            return
        if not self._pauses:
            log.info("система снова отвечает, работа продолжена", system=self._system, failures=pause.failures)
        self._notify()

    async def closed(self, *, by: Side = Side.WATCH) -> None:
        """Дождаться, пока этой стороне снова можно спросить (замкнут или пора пробовать)."""
        while self._stops(by):
            left = self._left(by)
            if left > 0 and by not in self._held:
                await self._clock.sleep(left)
            else:
                await self._changed.wait()

    def _stops(self, by: Side) -> bool:
        return by in self._held or self._left(by) > 0 or (by is Side.CREATE and Side.WATCH in self._pauses)

    def _left(self, by: Side) -> float:
        pause = self._pauses.get(by)
        return 0.0 if pause is None else pause.retry_at - self._clock.monotonic()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
