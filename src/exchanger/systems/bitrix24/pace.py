"""Темп: отступление после отказа по частоте и счёт времени работы каждого метода."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from exchanger.domain.policy import Backoff
from exchanger.ports import Clock
from exchanger.systems.bitrix24.envelope import Spent

SLOW_FROM = 0.8
_MARGIN = 5.0  # seconds of operating kept in reserve: one long call must not cross the limit
_SLOW_PAUSE = 1.0
_UNTOLD = timedelta(seconds=60)


class Gate:
    """Общая пауза всех запросов: портал сказал «слишком часто», ведро считается полным."""

    def __init__(self, clock: Clock, backoff: Backoff) -> None:
        self._clock = clock
        self._backoff = backoff
        self._refusals = 0
        self._opens_at = 0.0

    async def passed(self) -> None:
        """Дождаться конца паузы."""
        while (left := self._opens_at - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def refused(self, after: timedelta | None) -> timedelta:
        """Отказ по частоте: пауза для всех, всё дольше с каждым отказом подряд."""
        pause = max(after or timedelta(), self._backoff.delay(self._refusals))
        self._refusals += 1
        self._opens_at = max(self._opens_at, self._clock.monotonic() + pause.total_seconds())
        return pause

    def accepted(self) -> None:
        """Запрос прошёл."""
        self._refusals = 0


@dataclass(slots=True)
class _Method:
    operating: float = 0.0
    reset_at: datetime | None = None
    blocked: bool = False


@dataclass(slots=True)
class Operating:
    """Время работы методов за десять минут (`time.operating`): у предела метод отдыхает до сброса."""

    limit: float
    _methods: dict[str, _Method] = field(default_factory=dict)

    def note(self, method: str, spent: Spent) -> None:
        """Учесть время из ответа."""
        if spent.operating is not None:
            self._methods[method] = _Method(
                spent.operating, spent.reset_at, blocked=spent.operating >= self.limit - _MARGIN
            )

    def block(self, method: str, until: datetime | None, now: datetime) -> None:
        """Портал запер метод; без срока — до сброса, названного раньше, а если он прошёл — на минуту."""
        known = self._methods.get(method)
        before = known.reset_at if known is not None and known.reset_at and known.reset_at > now else None
        self._methods[method] = _Method(self.limit, until or before or now + _UNTOLD, blocked=True)

    def left(self, method: str, now: datetime) -> timedelta:
        """Сколько ещё метод заперт по часам портала; ноль — свободен."""
        known = self._methods.get(method)
        if known is None or not known.blocked:
            return timedelta()
        left = (known.reset_at - now if known.reset_at else _UNTOLD) + timedelta(seconds=1)
        if left <= timedelta():
            del self._methods[method]
        elif known.reset_at is None:
            known.reset_at = now + _UNTOLD
        return max(left, timedelta())

    def busiest(self) -> tuple[str, float] | None:
        """Метод ближе всех к пределу и его секунды за десять минут по счёту портала; None — портал их не назвал."""
        spent = [(known.operating, method) for method, known in self._methods.items()]
        return None if not spent else (max(spent)[1], max(spent)[0])

    def pause(self, method: str) -> float:
        """Секунды, на которые притормозить метод, близкий к пределу."""
        known = self._methods.get(method)
        return _SLOW_PAUSE if known is not None and known.operating >= self.limit * SLOW_FROM else 0.0


class PortalClock:
    """Часы портала: разность с нашими — по последнему ответу."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead: timedelta | None = None
        self.offset: timedelta | None = None

    def note(self, started: datetime | None, sent: datetime) -> None:
        """Учесть `time.date_start` ответа на запрос, отправленный в `sent`."""
        if started is not None:
            self._ahead = started - sent
            self.offset = started.utcoffset()

    @property
    def known(self) -> bool:
        """Портал уже называл своё время."""
        return self._ahead is not None

    def now(self) -> datetime:
        """Время портала (UTC или его пояс — с явным смещением)."""
        return self._clock.now() + (self._ahead or timedelta())
