"""Buses on the session's broker, each test in a virtual host of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.rabbitmq import ForeignBroker, RabbitServer, rabbitmq_process
from exchanger.telemetry.log import log
from exchanger.testing.proxy import TcpProxy
from tests.conftest import unavailable


@pytest.fixture
def broker(vhost: str) -> BrokerConnection:
    return replace(BrokerConnection.from_url(vhost), grace=0.5, watch_every=1.0, check_timeout=2.0)


@pytest.fixture
async def buses() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def bus(broker: BrokerConnection, buses: AsyncExitStack) -> RabbitBus:
    bus = await buses.enter_async_context(RabbitBus(broker))
    await bus.connected()
    return bus


@pytest.fixture(scope="session")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """A broker that may be killed, frozen and put under alarm; each test leaves it running and calm."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(rabbitmq_process(tmp_path_factory.mktemp("doomed-rabbitmq")))
        except SandboxError as error:
            unavailable(str(error))
        yield server


@pytest.fixture
def admin(rabbitmq: RabbitServer | ForeignBroker) -> RabbitServer:
    """The session's broker where users and rights may be changed."""
    if isinstance(rabbitmq, ForeignBroker):
        unavailable("Права меняет rabbitmqctl, у чужого брокера его нет")
    return rabbitmq


@pytest.fixture
async def proxy(broker: BrokerConnection) -> AsyncIterator[TcpProxy]:
    async with TcpProxy(broker.host, broker.port) as proxy:
        yield proxy


@pytest.fixture
def through(broker: BrokerConnection, proxy: TcpProxy) -> BrokerConnection:
    """The test's virtual host through the proxy, with short deadlines."""
    return replace(broker, port=proxy.port, connect_timeout=1.0, publish_timeout=1.5, reply_timeout=1.5)


@pytest.fixture
async def raw(vhost: str) -> AsyncIterator[AbstractChannel]:
    """The broker by hand, as another program uses it."""
    async with await aio_pika.connect(vhost) as connection, connection.channel() as channel:
        yield channel


@pytest.fixture
def said() -> Iterator[list[str]]:
    """What the log says during the test."""
    lines: list[str] = []
    number = log.add(lambda line: lines.append(str(line)), format="{level} {message}{tail}", level="INFO")
    yield lines
    log.remove(number)
