"""Доставка: у каждого канала своя очередь и свои повторы; отказ канала не мешает ни другим, ни работе."""

from __future__ import annotations

import asyncio
from collections import deque

from exchanger.domain.errors import ExchangerError, OutcomeUnknown
from exchanger.ops.notices.book import Letter
from exchanger.ops.notices.channels import Channel
from exchanger.ports import Clock
from exchanger.telemetry.log import log
from exchanger.telemetry.redact import error_text

WAITING = 50
"""Извещений ждёт лежащий канал; старшие уступают место новым."""

AGAIN = 60.0


class Outgoing:
    """Очередь одного канала."""

    def __init__(self, channel: Channel, clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._waiting: deque[Letter] = deque(maxlen=WAITING)
        self._filled = asyncio.Event()
        self._down = False

    def put(self, letter: Letter) -> None:
        """Положить; никогда не ждёт."""
        self._waiting.append(letter)
        self._filled.set()

    async def run(self) -> None:
        """Отправлять, пока не отменят: не отправленное ждёт, ушедшее неизвестно куда не повторяется."""
        while True:
            while not self._waiting:
                self._filled.clear()
                await self._filled.wait()
            letter = self._waiting[0]
            if await self._sent(letter):
                if self._waiting and self._waiting[0] is letter:  # a full queue may have dropped it meanwhile
                    self._waiting.popleft()
            else:
                await self._clock.sleep(AGAIN)

    async def _sent(self, letter: Letter) -> bool:
        try:
            await self._channel.send(letter)
        except OutcomeUnknown:
            log.warning("ушло ли извещение, неизвестно: не повторяем", channel=self._channel.name)
            return True
        except ExchangerError as error:
            self._say_down(error_text(error))
            return False
        except Exception as error:  # noqa: BLE001 - a notice must never stop the work, whatever a client raises
            self._say_down(error_text(error))
            return False
        if self._down:
            log.info("извещения снова уходят", channel=self._channel.name)
        self._down = False
        return True

    def _say_down(self, reason: str) -> None:
        if not self._down:
            log.warning("извещение не отправлено, пробуем дальше", channel=self._channel.name, reason=reason)
        self._down = True
