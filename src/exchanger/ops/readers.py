"""Не держит ли кто сообщений очереди через basic.get: по HTTP API брокера или по слову оператора."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exchanger.bus.rabbitmq import BrokerConnection
from exchanger.bus.rabbitmq.management import Management
from exchanger.domain.errors import ConfigError
from exchanger.ops.migration import Readers
from exchanger.ports import Clock
from exchanger.telemetry.clock import SystemClock

STATISTICS = 12.0
"""Секунд, за которые до HTTP API доходит число взятых сообщений: очередь говорит раз в 5 секунд, сборщик тоже."""


class ByManagement:
    """Спрашивает HTTP API, выждав обновление его статистики."""

    def __init__(self, api: Management, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    async def none_holds(self, queue: str) -> None:
        """Вернуться, если взятых сообщений нет; иначе `ConfigError`."""
        await self._clock.sleep(STATISTICS)
        held = await self._api.unacknowledged(queue)
        if held:
            raise ConfigError(
                f"Из очереди «{queue}» взято и не подтверждено сообщений: {held}. Удаление очереди их уничтожило бы.",
                remedy="остановите программы, которые её читают (прежний tracker, queue_reader.py), и повторите.",
            )


class ByWord:
    """Верит оператору: все, кто читает очередь, остановлены."""

    def __init__(self, *, stopped: bool) -> None:
        self._stopped = stopped

    async def none_holds(self, queue: str) -> None:
        """Вернуться, если оператор сказал, что читающие остановлены; иначе `ConfigError`."""
        if not self._stopped:
            raise ConfigError(
                f"Сообщения, взятые из «{queue}» через basic.get и не подтверждённые, без HTTP API брокера не видны, а "
                "удаление очереди их уничтожило бы.",
                remedy="укажите --management http://узел:15672, либо остановите все программы, которые её читают, и "
                "скажите --readers-stopped.",
            )


@asynccontextmanager
async def open_readers(broker: BrokerConnection, management: str | None, *, stopped: bool) -> AsyncIterator[Readers]:
    """Знание о читающих: по HTTP API, если его адрес дан, иначе по слову оператора."""
    if management is None:
        yield ByWord(stopped=stopped)
        return
    async with Management(management, broker) as api:
        yield ByManagement(api, SystemClock())
