"""Каждый процесс сообщает о своих частях: упала, всё ещё лежит, вернулась. Событиями шины, без подтверждений."""

from __future__ import annotations

from collections.abc import Mapping

from exchanger.domain.event import Event, EventKind
from exchanger.ports import Bus, Clock
from exchanger.telemetry.health import Condition, Health

LOOK_EVERY = 5.0
REMIND_EVERY = 300.0
"""Повтор о лежащей части: извещающий мог начать позже, а событие — не дойти."""

_REASON = 200


class Watch:
    """Части здоровья одного процесса."""

    def __init__(self, health: Health, bus: Bus, clock: Clock, service: str) -> None:
        self._health = health
        self._bus = bus
        self._clock = clock
        self._service = service
        self._said: dict[str, float] = {}

    async def run(self) -> None:
        """Смотреть, пока не отменят."""
        while True:
            self.look()
            await self._clock.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Посмотреть один раз."""
        now = self._clock.monotonic()
        for part in self._health.parts:
            if part.condition is Condition.DOWN:
                if now - self._said.get(part.name, -REMIND_EVERY) >= REMIND_EVERY:
                    self._said[part.name] = now
                    self._emit(EventKind.SYSTEM_DOWN, part.name, {"reason": part.reason[:_REASON]})
            elif self._said.pop(part.name, None) is not None:
                self._emit(EventKind.SYSTEM_UP, part.name, {})

    def _emit(self, kind: EventKind, part: str, fields: Mapping[str, str]) -> None:
        system = part.partition(":")[2] or "exchanger"
        told = {"part": part, "service": self._service, **fields}
        self._bus.emit(Event(kind, self._clock.now(), system, fields=told))
