"""`exchanger topology`: what the broker has against what it should have; only what is missing is made."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from secrets import token_hex
from typing import Any
from urllib.parse import quote

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import BrokerConnection
from exchanger.domain.errors import ConfigError, Retry
from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.rabbitmq import ForeignBroker, RabbitServer, rabbitmq_process
from exchanger.wire.names import Names
from tests.conftest import unavailable
from tests.ops.conftest import House

pytestmark = pytest.mark.rabbitmq

QUEUE = "bitrix24.queue"


async def rows(house: House, *arguments: str) -> dict[str, dict[str, Any]]:
    out = await house.run("topology", "show", "--json", *arguments)
    assert out.exit_code == 0, (out.output, out.exception)
    return {row["object"]: row for row in map(json.loads, out.output.splitlines())}


async def test_show_makes_nothing_and_apply_makes_everything(house: House) -> None:
    await rows(house)
    found = await rows(house)
    assert {row["verdict"] for name, row in found.items() if name != "привязки"} == {"missing"}
    assert f"обменник {Names().tasks}" in found
    assert (await house.run("topology", "diff")).exit_code == 1
    planned = await house.ok("topology", "apply", "--dry-run")
    assert f"будет создано: очередь {QUEUE}" in planned
    assert (await house.run("topology", "apply")).exit_code == 2, "нужна причина"
    assert {row["verdict"] for row in (await rows(house)).values()} == {"missing", "unknown"}

    await house.ok("topology", "apply", "--reason", "новая установка")

    assert {row["verdict"] for row in (await rows(house)).values()} == {"same", "unknown"}
    assert "Отличий нет" in await house.ok("topology", "diff")
    assert [record["what"] for record in house.audit] == ["topology apply"] * 2
    assert QUEUE in house.audit[0]["target"]


async def test_a_differing_queue_is_named_with_the_brokers_words_and_left_alone(
    house: House, raw: AbstractChannel
) -> None:
    await raw.declare_queue(QUEUE, durable=True, arguments={"x-max-length": 5})
    await raw.default_exchange.publish(aio_pika.Message(b"1"), QUEUE)
    await house.ok("topology", "apply", "--reason", "r")

    found = (await rows(house))[f"очередь {QUEUE}"]

    assert (found["verdict"], found["messages"], found["consumers"]) == ("differs", 1, 0)
    assert "x-queue-type" in found["note"] or "x-max-length" in found["note"]
    assert (await house.run("topology", "diff")).exit_code == 1
    await raw.declare_queue(QUEUE, durable=True, arguments={"x-max-length": 5})  # refused, were it changed


async def test_names_of_the_settings_are_the_ones_compared(house: House) -> None:
    house.environ["RABBITMQ_RESPONSES_QUEUE"] = "acme.answers"
    await house.ok("topology", "apply", "--reason", "r")
    found = await rows(house)
    assert found["очередь acme.answers"]["verdict"] == "same"
    assert f"очередь {Names().responses_queue}" not in found


async def test_without_the_right_to_configure_it_says_what_it_cannot_know(
    house: House, rabbitmq: RabbitServer | ForeignBroker, broker: BrokerConnection, raw: AbstractChannel
) -> None:
    if isinstance(rabbitmq, ForeignBroker):
        unavailable("Права меняет rabbitmqctl, у чужого брокера его нет")
    name, password = f"user-{token_hex(4)}", token_hex(8)
    await asyncio.to_thread(rabbitmq.ctl, "add_user", name, password)
    await asyncio.to_thread(rabbitmq.ctl, "set_permissions", "-p", broker.vhost, name, "^$", ".*", ".*")
    await raw.declare_queue(QUEUE, durable=True)
    vhost = quote(broker.vhost, safe="")
    house.environ["RABBITMQ_URL"] = f"amqp://{name}:{password}@{broker.host}:{broker.port}/{vhost}"

    found = await rows(house)
    assert found[f"очередь {QUEUE}"]["verdict"] == "unknown"
    assert "сравнить нельзя" in found[f"очередь {QUEUE}"]["note"]
    assert found["очередь 1c.queue"]["verdict"] == "missing"
    done = await house.run("topology", "apply", "--reason", "r")
    assert done.exit_code == 1
    assert "не создано" in house.audit[-1]["result"]


async def test_a_broker_that_is_away_or_not_configured_is_said(house: House) -> None:
    house.environ["RABBITMQ_URL"] = "amqp://u:p@127.0.0.1:1/x"
    assert isinstance((await house.run("topology", "show")).exception, Retry)
    del house.environ["RABBITMQ_URL"]
    assert isinstance((await house.run("topology", "show")).exception, ConfigError)


@pytest.fixture(scope="session")
def managed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitServer]:
    """A broker with its HTTP API."""
    with ExitStack() as stack:
        try:
            directory = tmp_path_factory.mktemp("managed-rabbitmq")
            server = stack.enter_context(rabbitmq_process(directory, ["rabbitmq_management"]))
        except SandboxError as error:
            unavailable(str(error))
        yield server


@pytest.fixture
def managed_house(house: House, managed: RabbitServer) -> House:
    (house.environ["RABBITMQ_URL"],) = managed.create_vhosts(f"m-{token_hex(4)}")
    return house


async def test_the_http_api_shows_missing_and_extra_bindings(managed_house: House, managed: RabbitServer) -> None:
    await managed_house.ok("topology", "apply", "--reason", "r")
    async with (
        await aio_pika.connect(managed_house.environ["RABBITMQ_URL"]) as connection,
        connection.channel() as channel,
    ):
        queue = await channel.get_queue(QUEUE)
        await queue.unbind(Names().tasks, "bitrix24.*")
        await queue.bind(Names().tasks, "lost.#")

    found = await rows(managed_house, "--management", managed.management_url)

    tasks = Names().tasks
    assert found[f"привязка {tasks} → {QUEUE} (bitrix24.*)"]["verdict"] == "missing"
    assert found[f"привязка {tasks} → {QUEUE} (bitrix24.#)"]["verdict"] == "same"
    assert found[f"привязка {tasks} → {QUEUE} (lost.#)"]["verdict"] == "extra"
    await managed_house.ok("topology", "apply", "--reason", "r")
    found = await rows(managed_house, "--management", managed.management_url)
    assert found[f"привязка {tasks} → {QUEUE} (bitrix24.*)"]["verdict"] == "same"


async def test_the_http_api_refuses_to_migrate_a_queue_whose_message_somebody_holds(
    managed_house: House, managed: RabbitServer
) -> None:
    house, api = managed_house, managed.management_url
    migrate = ("topology", "migrate", QUEUE, "--management", api, "--reason", "r", "--yes")
    async with (
        await aio_pika.connect(house.environ["RABBITMQ_URL"]) as connection,
        connection.channel() as channel,
    ):
        queue = await channel.declare_queue(QUEUE, durable=True)
        assert isinstance((await house.run(*migrate)).exception, ConfigError), "обменников ещё нет"
        await house.ok("topology", "apply", "--reason", "r")
        await channel.default_exchange.publish(aio_pika.Message(b"held"), QUEUE)
        held = await queue.get()

        done = await house.run(*migrate)
        assert isinstance(done.exception, ConfigError)
        assert "взято и не подтверждено сообщений: 1" in str(done.exception)
        await held.nack()

        await house.ok(*migrate)
        assert (await rows(house))[f"очередь {QUEUE}"] == {
            "object": f"очередь {QUEUE}", "verdict": "same", "note": "", "messages": 1, "consumers": 0,
        }  # fmt: skip


async def test_a_wrong_address_of_the_http_api_is_said(house: House) -> None:
    done = await house.run("topology", "show", "--management", "http://127.0.0.1:1")
    assert isinstance(done.exception, Retry)
