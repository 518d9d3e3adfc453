"""Соединение, которое чинит себя само, с паузами не длиннее 30 секунд, и говорит об этом по одному разу."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator

import aio_pika
from aio_pika.abc import AbstractConnection

from exchanger.bus.rabbitmq.faults import Fault, explain
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.within import LinkBroken, quietly, within
from exchanger.domain.errors import Retry
from exchanger.telemetry.log import log

UP = "есть"
STALLED = (
    "брокер не подтверждает публикаций: скорее всего, тревога по памяти или диску. Что делать: rabbitmqctl status, "
    "раздел Alarms"
)
LONGEST_WAIT = 5.0
LONGEST_WAIT_SETTLED = 30.0
"""Пауза для неисправностей, которые сами не проходят (пароль, вирт. хост): не засорять журнал брокера."""

STEADY = 10.0
"""Прожившее столько секунд соединение считается устойчивым: после его обрыва первая попытка — сразу."""

OnUp = Callable[[AbstractConnection], Awaitable[None]]


async def dial(broker: BrokerConnection, purpose: str) -> AbstractConnection:
    """Соединиться обычным (не robust) соединением: восстановление своё, у robust оно теряло потребителей и вахты."""
    _hush()
    return await within(
        broker.connect_timeout,
        aio_pika.connect(
            host=broker.host,
            port=broker.port,
            login=broker.user,
            password=broker.password,
            virtualhost=broker.vhost,
            ssl=broker.ssl is not None,
            ssl_context=broker.ssl,
            heartbeat=broker.heartbeat,
            client_properties={"connection_name": f"{broker.service}: {purpose}"},
        ),
    )


def _hush() -> None:
    # They report each failed attempt as an error; we say an outage once when it begins and once when it ends.
    for name in ("aiormq", "aio_pika"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def waits(longest: float) -> Iterator[float]:
    """Растущие паузы между попытками, со случайной частью, без конца."""
    wait = 0.25
    while True:
        yield wait * random.uniform(0.7, 1.0)  # noqa: S311  jitter, not a secret
        wait = min(wait * 2, longest)


def lost_event(connection: AbstractConnection) -> asyncio.Event:
    """Событие «соединения больше нет»."""
    lost = asyncio.Event()
    connection.close_callbacks.add(lambda *_: lost.set())
    transport = connection.transport
    if transport is None or transport.connection.is_closed:  # it closed before the callback was there
        lost.set()
    return lost


class Link:
    """Одно соединение: `run` держит его, остальные берут."""

    def __init__(self, broker: BrokerConnection, purpose: str, on_up: OnUp | None = None) -> None:
        self._broker = broker
        self._purpose = purpose
        self._on_up = on_up
        self._connection: AbstractConnection | None = None
        self._up = asyncio.Event()
        self._lost = asyncio.Event()
        self._fault: Fault | None = Fault("соединение ещё не установлено")
        self._said: Fault | None = None
        self._flaps = waits(LONGEST_WAIT)
        self._stalled = False

    @property
    def confirms(self) -> str:
        """«есть» или что брокер принимать перестал: связь при этом жива."""
        return STALLED if self._stalled else UP

    def confirmed(self, *, in_time: bool) -> None:
        """Брокер подтвердил публикацию или не подтвердил за её срок; о начале и конце сказано по разу."""
        if in_time and self._stalled:
            log.info("Брокер снова подтверждает публикации", link=self._purpose)
        elif not in_time and not self._stalled:
            log.error("Брокер не подтверждает публикации", link=self._purpose, reason=STALLED)
        self._stalled = not in_time

    @property
    def state(self) -> str:
        """«есть» или причина."""
        return UP if self._fault is None else str(self._fault)

    def connection(self) -> AbstractConnection:
        """Соединение сейчас; нет — `Retry` сразу."""
        if self._connection is None:
            raise Retry(f"Связи с брокером нет: {self.state}")
        return self._connection

    async def wait(self) -> AbstractConnection:
        """Дождаться соединения."""
        while self._connection is None:
            await self._up.wait()
        return self._connection

    async def suspect(self, connection: AbstractConnection) -> None:
        """Соединение не отвечает: бросить его, не дожидаясь сердцебиения."""
        if connection is self._connection:
            self._forget()
            self._lost.set()
            await quietly(1, connection.close())

    async def run(self) -> None:
        """Держать соединение, пока не отменят."""
        try:
            while True:
                await self._once_up()
        finally:
            connection = self._connection
            self._forget()
            if connection is not None:
                await quietly(2, connection.close())

    async def _once_up(self) -> None:
        connection = await self._reach()
        self._lost = lost_event(connection)
        try:
            if self._on_up is not None:
                await self._on_up(connection)
        except Exception as error:  # noqa: BLE001  whatever broke here, the link starts again and says why
            self._down(explain(error, self._broker))
            await quietly(2, connection.close())
            await asyncio.sleep(next(self._flaps))
            return
        self._announce(connection)
        await self._live()
        self._forget()
        self._down(explain(LinkBroken("соединение оборвалось"), self._broker))
        await quietly(2, connection.close())

    async def _live(self) -> None:
        # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the event.
        try:
            async with asyncio.timeout(STEADY):
                await self._lost.wait()
        except TimeoutError:
            self._flaps = waits(LONGEST_WAIT)
            await self._lost.wait()
        else:  # it died young: a broker that accepts and drops must not be dialled in a hot loop
            self._forget()
            self._down(explain(LinkBroken("соединение оборвалось вскоре после установки"), self._broker))
            await asyncio.sleep(next(self._flaps))

    async def _reach(self) -> AbstractConnection:
        short, long = waits(LONGEST_WAIT), waits(LONGEST_WAIT_SETTLED)
        while True:
            try:
                return await dial(self._broker, self._purpose)
            except Exception as error:  # noqa: BLE001  any failure to connect means the same: wait and try again
                fault = explain(error, self._broker)
            self._down(fault)
            await asyncio.sleep(next(long if fault.settled else short))

    def _announce(self, connection: AbstractConnection) -> None:
        self._connection, self._fault = connection, None
        self._up.set()
        if self._said is not None:
            log.info("Связь с брокером восстановлена", link=self._purpose)
            self._said = None

    def _forget(self) -> None:
        self._connection = None
        self._up.clear()

    def _down(self, fault: Fault) -> None:
        self._fault = fault
        if self._said is None or self._said.settled != fault.settled:
            log.error("Связи с брокером нет, соединение повторяется", link=self._purpose, reason=fault)
            self._said = fault
