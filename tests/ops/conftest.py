"""An installation for the operator: a virtual host of its own, the real engine of the session, logs in tmp_path."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from typer.testing import CliRunner, Result

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.bus.rabbitmq.session import Session, open_session
from exchanger.cli import app
from exchanger.sandbox.engine import EngineProcess
from tests.engine.world import RestWorld, rest_world


@dataclass(frozen=True, slots=True)
class House:
    """The installation seen by an operator."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)

    async def run(self, *arguments: str, answer: str = "") -> Result:
        """A command in a thread: it runs an event loop of its own."""
        runner = CliRunner(env={**self.environ, "COLUMNS": "200"})
        return await asyncio.to_thread(lambda: runner.invoke(app, arguments, input=answer))

    async def ok(self, *arguments: str, answer: str = "") -> str:
        """The output of a command that must succeed."""
        done = await self.run(*arguments, answer=answer)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    @property
    def audit(self) -> list[dict[str, Any]]:
        file = self.home / "logs" / "prod" / "audit.jsonl"
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


@pytest.fixture
def broker(vhost: str) -> BrokerConnection:
    return BrokerConnection.from_url(vhost)


@pytest.fixture
def environ(vhost: str, tmp_path: Path) -> dict[str, str]:
    return {
        "EXCHANGER_HOME": str(tmp_path),
        "RABBITMQ_URL": vhost,
        "CAMUNDA_BASE_URL": "http://127.0.0.1:1/engine-rest",  # nobody answers: a command that asks it must say so
        "CAMUNDA_AUTH_ENABLED": "false",
        "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code1234/",
    }


@pytest.fixture
def house(environ: dict[str, str], tmp_path: Path) -> House:
    return House(tmp_path, environ)


@pytest.fixture
async def world(camunda: EngineProcess) -> AsyncIterator[RestWorld]:
    async with rest_world(camunda.url, (f"t{token_hex(4)}", f"t{token_hex(4)}")) as world:
        yield world


@pytest.fixture
def with_engine(house: House, camunda: EngineProcess, world: RestWorld) -> House:
    """The house with the real engine; the process's topics are ours."""
    house.environ["CAMUNDA_BASE_URL"] = camunda.url
    house.environ["EXCHANGER_TOPICS"] = f"{world.topic}=bitrix24"
    return house


@pytest.fixture
async def bus(broker: BrokerConnection) -> AsyncIterator[RabbitBus]:
    async with RabbitBus(broker) as bus:
        await bus.connected()
        yield bus


@pytest.fixture
async def session(broker: BrokerConnection) -> AsyncIterator[Session]:
    async with open_session(broker, "проверка") as session:
        yield session


@pytest.fixture
async def raw(vhost: str) -> AsyncIterator[AbstractChannel]:
    """The broker by hand, as another program uses it."""
    async with await aio_pika.connect(vhost) as connection, connection.channel() as channel:
        yield channel


Depth = Callable[[str], Any]


async def bodies(channel: AbstractChannel, queue: str) -> list[bytes]:
    """Everything in a queue, in order; it stays there."""
    found, held = [], await channel.get_queue(queue, ensure=False)
    while (incoming := await held.get(fail=False)) is not None:
        found.append(incoming)
    for incoming in found:
        await incoming.nack(requeue=True)
    return [incoming.body for incoming in found]
