"""Насос: переливает одно направление соединения по правилам его режима."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from exchanger.testing.proxy.lane import Lane

CHUNK = 65536
TICKS_PER_SECOND = 10
"""На столько порций в секунду делится ограниченная скорость; медленнее десяти байт в секунду — по байту."""


class Pump:
    """Одно направление. Потеряв хоть байт, немо навсегда: TCP не доставляет поток с дырой и после починки сети."""

    def __init__(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter | None,
        *,
        lane: Callable[[], Lane],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._source = source
        self._target = target
        self._lane = lane
        self._pause = pause
        self.moved = 0
        self.lost = 0

    async def run(self) -> None:
        """Лить до конца потока. В тишине и закрытие соединения другой стороне не передаётся."""
        while chunk := await self._read():
            await self._carry(chunk)
        if self._target is not None and not self._mute() and not self._target.transport.is_closing():
            self._target.write_eof()

    def _mute(self) -> bool:
        return self._target is None or self.lost > 0 or self._lane().swallow

    async def _read(self) -> bytes:
        try:
            return await self._source.read(CHUNK)
        except OSError:
            if self._mute():  # the other end must not learn that this one is gone
                return b""
            raise

    async def _carry(self, chunk: bytes) -> None:
        if delay := self._lane().delay:
            await self._pause(delay)
        while chunk:
            if self._target is None or self._mute():
                self.lost += len(chunk)
                return
            chunk = await self._send_piece(chunk, self._target)

    async def _send_piece(self, chunk: bytes, target: asyncio.StreamWriter) -> bytes:
        rate = self._lane().rate
        size = len(chunk) if rate is None else max(1, int(rate / TICKS_PER_SECOND))
        piece, rest = chunk[:size], chunk[size:]
        target.write(piece)
        await target.drain()
        self.moved += len(piece)
        if rate is not None:
            await self._pause(len(piece) / rate)
        return rest
