"""Чтения о разных задачах, спрошенные почти разом, идут одним пакетом: задачи часто кончаются вместе."""

from __future__ import annotations

import asyncio

from exchanger.connect import Intent
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import Command, read_batch
from exchanger.systems.bitrix24.content.remarks import Answer

WINDOW = 0.05
"""Секунды, которые первый спросивший ждёт остальных."""


class Together:
    """Общий пакет чтений."""

    def __init__(self, api: BitrixApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._waiting: list[tuple[Command, asyncio.Future[Answer]]] = []
        self._flights: set[asyncio.Task[None]] = set()

    async def ask(self, command: Command) -> Answer:
        """Ответ на одно чтение; ошибка пакета — каждому, кто в нём ехал."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, answer))
        if len(self._waiting) == 1:
            # A task of its own: the one who asked first may be cancelled, the others still wait.
            flight = asyncio.create_task(self._depart())
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        return await answer

    async def close(self) -> None:
        """Бросить то, что ещё не спрошено."""
        for _, answer in self._waiting:
            answer.cancel()
        for flight in self._flights:
            flight.cancel()
        await asyncio.gather(*self._flights, return_exceptions=True)

    async def _depart(self) -> None:
        await self._clock.sleep(WINDOW)
        asked, self._waiting = self._waiting, []
        aboard = [(command, answer) for command, answer in asked if not answer.done()]
        try:
            answers = await self._read([command for command, _ in aboard])
        except Exception as error:  # noqa: BLE001 - those who wait are told, nobody else can be
            for _, answer in aboard:
                if not answer.done():
                    answer.set_exception(error)
        else:
            for (_, answer), read in zip(aboard, answers, strict=True):
                if not answer.done():
                    answer.set_result(read)
        finally:
            for _, answer in aboard:
                answer.cancel()  # only what is still waiting: we are being stopped

    async def _read(self, commands: list[Command]) -> list[Answer]:
        if len(commands) == 1:
            return [await self._api.ask(commands[0].method, commands[0].params, intent=Intent.READ)]
        return await read_batch(self._api, commands)
