"""Переключатель режима, который будит ждущих: и медленное соединение узнаёт о смене сразу."""

from __future__ import annotations

import asyncio
import contextlib

from exchanger.testing.proxy.lane import TcpMode


class ModeSwitch:
    """Режим, который меняют на ходу. Свой режим есть не у каждого соединения: тогда действует режим прокси."""

    def __init__(self, mode: TcpMode) -> None:
        self._common = mode
        self._own: dict[int, TcpMode] = {}
        self._changed = asyncio.Event()

    def mode(self, connection: int) -> TcpMode:
        """Режим соединения: собственный или общий."""
        return self._own.get(connection, self._common)

    def set_common(self, mode: TcpMode) -> None:
        """Сменить общий режим."""
        self._common = mode
        self._wake()

    def set_own(self, connection: int, mode: TcpMode | None) -> None:
        """Дать соединению собственный режим; None — снова общий."""
        if mode is None:
            self._own.pop(connection, None)
        else:
            self._own[connection] = mode
        self._wake()

    def clear(self, mode: TcpMode) -> None:
        """Забыть собственные режимы: для всех снова один."""
        self._own.clear()
        self.set_common(mode)

    async def pause(self, connection: int, seconds: float) -> None:
        """Ждать `seconds` секунд, но не дольше, чем до смены режима этого соединения."""
        before = self.mode(connection)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.mode(connection) == before:
                    await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
