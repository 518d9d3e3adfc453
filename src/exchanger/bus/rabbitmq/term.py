"""Вахта: исключительная очередь `exchanger.term.<имя>` на собственном обычном соединении.

Очередь живёт вместе с соединением: после SIGKILL имя свободно сразу, после зависания — через два-три сердцебиения.
На robust-соединении держать её нельзя: после обрыва оно вечно отбирает имя у нового держателя.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelLockedResource

from exchanger.bus.rabbitmq.faults import Fault, explain
from exchanger.bus.rabbitmq.link import LONGEST_WAIT, LONGEST_WAIT_SETTLED, dial, lost_event, waits
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.domain.errors import TermLost
from exchanger.ports import Clock
from exchanger.telemetry.log import log

OURS = "наша"
OTHERS = "ждём: вахту держит другой процесс"
LOST = "потеряна"

Say = Callable[[str], None]


def term_queue(name: str) -> str:
    """Имя исключительной очереди вахты."""
    return f"exchanger.term.{name}"


class HeldTerm:
    """Вахта в руках этого процесса."""

    def __init__(
        self, name: str, connection: AbstractConnection, channel: AbstractChannel, started: float, timeout: float
    ) -> None:
        self._name = name
        self._channel = channel
        self._started = started
        self._timeout = timeout
        self._lost = lost_event(connection)
        channel.close_callbacks.add(lambda *_: self._lost.set())
        if channel.is_closed:
            self._lost.set()

    @property
    def started(self) -> float:
        """Начало вахты: когда пришёл ответ брокера.

        Прежний держатель мог писать до мига, когда брокер отдал имя нам; ответ пришёл не раньше, и карантин,
        отсчитанный от него, длиннее нужного на время пути ответа, но никогда не короче.
        """
        return self._started

    async def check(self) -> None:
        """Спросить брокера, наша ли ещё очередь; нет ответа в срок — считать вахту потерянной."""
        if not self._lost.is_set():
            try:
                # Passive, on our own connection: another connection's queue would be refused (RESOURCE_LOCKED).
                await within(self._timeout, self._channel.declare_queue(term_queue(self._name), passive=True))
            except Exception as error:
                self._lost.set()
                raise self._gone() from error
        if self._lost.is_set():
            raise self._gone()

    async def lost(self) -> None:
        """Вернуться, когда вахта потеряна."""
        await self._lost.wait()

    def end(self) -> None:
        """Вахта окончена."""
        self._lost.set()

    def _gone(self) -> TermLost:
        return TermLost(f"Вахта «{self._name}» потеряна: её может держать другой процесс.")


@asynccontextmanager
async def hold_term(name: str, broker: BrokerConnection, clock: Clock, say: Say) -> AsyncIterator[HeldTerm]:
    """Дождаться вахты и держать её; `say` узнаёт состояние для здоровья."""
    connection, term = await _win(name, broker, clock, say)
    log.info("Вахта принята", term=name)
    say(OURS)
    watch = asyncio.create_task(_tell(term, name, say))
    try:
        yield term
    finally:
        watch.cancel()
        term.end()
        await quietly(2, connection.close())
        log.info("Вахта окончена", term=name)


async def _tell(term: HeldTerm, name: str, say: Say) -> None:
    await term.lost()
    say(LOST)
    log.warning("Вахта потеряна", term=name)


async def _win(name: str, broker: BrokerConnection, clock: Clock, say: Say) -> tuple[AbstractConnection, HeldTerm]:
    fault: Fault | None = None
    pauses = waits(LONGEST_WAIT)
    while True:
        try:
            return await _compete(name, broker, clock, say)
        except Exception as error:  # noqa: BLE001  whoever waits for a term waits through any outage
            found = explain(error, broker)
        if fault is None or fault.settled != found.settled:
            log.error("Вахту взять не удаётся, попытки повторяются", term=name, reason=found)
            pauses = waits(LONGEST_WAIT_SETTLED if found.settled else LONGEST_WAIT)
        fault = found
        say(str(fault))
        await asyncio.sleep(next(pauses))


async def _compete(name: str, broker: BrokerConnection, clock: Clock, say: Say) -> tuple[AbstractConnection, HeldTerm]:
    """Соединиться и повторять объявление, пока имя занято; любая иная ошибка закрывает соединение."""
    connection = await dial(broker, f"вахта {name}")
    try:
        while True:
            channel = open_channel(connection)
            try:
                await within(broker.reply_timeout, _declare(channel, name))
            except ChannelLockedResource:
                say(OTHERS)
                await asyncio.sleep(random.uniform(0.7, 1.3))  # noqa: S311  jitter
            else:
                return connection, HeldTerm(name, connection, channel, clock.monotonic(), broker.check_timeout)
    except BaseException:
        await quietly(2, connection.close())
        raise


async def _declare(channel: AbstractChannel, name: str) -> None:
    await channel.initialize()
    await channel.declare_queue(term_queue(name), exclusive=True)
