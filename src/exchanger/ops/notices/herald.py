"""Глашатай: один на установку (вахта «notices»), слышит события всех процессов и отдаёт извещения каналам."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from exchanger.domain.errors import ExchangerError
from exchanger.domain.event import Event, EventKind
from exchanger.ops.notices.book import Book
from exchanger.ops.notices.outgoing import Outgoing
from exchanger.ports import Bus, Clock, Term
from exchanger.telemetry.log import log
from exchanger.telemetry.redact import error_text, redact
from exchanger.telemetry.summary import is_broken_link
from exchanger.wire.names import ERRORS_QUEUE

TERM = "notices"
TICK = 5.0
_AGAIN = 15.0
_DEPTH_EVERY = 60.0
_BUS = "шина"
_LETTERS = "очередь ошибок"


def local_hour(moment: datetime) -> int:
    """Час на часах этой машины."""
    return moment.astimezone().hour


class Herald:
    """Извещает, пока несёт вахту; потеряв её вместе со связью, говорит о потере связи сам."""

    def __init__(
        self,
        bus: Bus,
        clock: Clock,
        book: Book,
        channels: Sequence[Outgoing],
        hour: Callable[[datetime], int] = local_hour,
    ) -> None:
        self._bus = bus
        self._clock = clock
        self._book = book
        self._channels = channels
        self._hour = hour
        self._asked = -_DEPTH_EVERY

    async def run(self) -> None:
        """Ждать вахты, нести её, после потери ждать снова; пока не отменят."""
        while True:
            try:
                async with self._bus.term(TERM) as term, self._bus.subscribe(self.hear):
                    log.info("вахта извещений принята")
                    await self._serve(term)
            except ExchangerError as error:
                log.warning("вахта извещений не взята, пробуем дальше", reason=error_text(error))
            except Exception as error:  # noqa: BLE001 - a role's loop never ends; the failure is recorded
                log.opt(exception=error).error("неожиданная ошибка извещений, продолжаем")
            await self._last_words()
            await self._clock.sleep(_AGAIN)

    async def hear(self, event: Event) -> None:
        """Принять событие; личных данных в извещение не берётся: только система и номер задачи."""
        part = str(event.fields.get("part", event.system))
        match event.kind:
            case EventKind.SYSTEM_DOWN:
                reason = redact(str(event.fields.get("reason", "")))
                self._book.opened(part, f"{_said(part)}: {reason} — exchanger doctor", self._clock.now())
            case EventKind.SYSTEM_UP:
                self._book.closed(part, self._clock.now())
            case EventKind.INCIDENT:
                what, advice = f"инциденты системы {event.system}", "exchanger incidents list"
                self._book.happened(f"incident:{event.system}", what, f"задача {event.task_id}", advice)
            case _:
                return

    async def _serve(self, term: Term) -> None:
        lost = asyncio.ensure_future(term.lost())
        try:
            while not lost.done():
                await self._letters()
                self._tell()
                await self._pause(lost)
        finally:
            lost.cancel()

    async def _pause(self, lost: asyncio.Future[None]) -> None:
        tick = asyncio.ensure_future(self._clock.sleep(TICK))
        try:
            await asyncio.wait({lost, tick}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            tick.cancel()

    async def _last_words(self) -> None:
        """Without the bus there is no term to take: the last holder tells of the outage, and of its end."""
        while (reason := self._broken()) is not None:
            self._book.opened(_BUS, f"нет связи с RabbitMQ: {redact(reason)} — exchanger doctor", self._clock.now())
            self._tell()
            await self._clock.sleep(TICK)
        self._book.closed(_BUS, self._clock.now())
        self._tell()

    def _broken(self) -> str | None:
        return next((said for name, said in self._bus.state().items() if is_broken_link(name, said)), None)

    async def _letters(self) -> None:
        """Nobody emits an event for a dead letter of another program, so the queue itself is asked."""
        if self._clock.monotonic() - self._asked < _DEPTH_EVERY:
            return
        self._asked, depth = self._clock.monotonic(), None
        with suppress(ExchangerError):  # said by the link itself
            depth = await self._bus.depth(ERRORS_QUEUE)
        if depth:
            what = f"в очереди ошибок сообщений: {depth} — exchanger dlq list"
            self._book.opened(_LETTERS, what, self._clock.now())
        elif depth == 0:
            self._book.closed(_LETTERS, self._clock.now())

    def _tell(self) -> None:
        now = self._clock.now()
        letter = self._book.take(now, self._hour(now))
        if letter is not None:
            for channel in self._channels:
                channel.put(letter)


_PARTS = {
    "duty": "система {name} не обслуживается",
    "worker": "задачи системы {name} не берутся",
    "brake": "тормоз системы {name}: пропало слишком много объектов",
    "responder": "ответы движку не передаются",
}


def _said(part: str) -> str:
    kind, _, name = part.partition(":")
    return _PARTS.get(kind, "не работает часть {part}").format(name=name, part=part)
