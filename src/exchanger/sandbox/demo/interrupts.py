from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Interrupts:
    """Ctrl-C и SIGTERM: прерывают показ, а когда он закончен и стенд стоит для человека — мирно завершают."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._main = asyncio.current_task()
        self._waiting = False
        self._asked = asyncio.Event()

    @property
    def asked(self) -> bool:
        """Просили ли закончить."""
        return self._asked.is_set()

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Ловить сигналы на время блока; второй сигнал уборку не прерывает."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self._ask)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    async def wait(self) -> None:
        """Ждать просьбы закончить."""
        self._waiting = True
        await self._asked.wait()

    def _ask(self) -> None:
        if self._asked.is_set():
            return
        self._asked.set()
        self._say("останавливаемся…")
        if not self._waiting and self._main is not None:
            self._main.cancel()
