"""Seeded faults of a real broker: fault → code → remedy; and the doctor leaves nothing in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelNotFoundEntity

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.ops.doctor import Code
from exchanger.ops.doctor.broker import examine_broker, examine_version
from exchanger.ops.doctor.finding import Diagnosis
from exchanger.roles.pause import pause_flag
from exchanger.sandbox.rabbitmq import RabbitServer
from exchanger.wire.names import DEFAULT_QUEUE, ERRORS_QUEUE
from exchanger.wiring import layout_of
from tests.conftest import unavailable
from tests.ops.doctor_world import bad, settings

pytestmark = pytest.mark.rabbitmq
Seed = Callable[[AbstractChannel, RabbitBus], Awaitable[object]]


async def examined(home: Path, url: str) -> list[Diagnosis]:
    return await examine_broker(settings(home, RABBITMQ_URL=url))


def waiting(queue: str) -> Seed:
    async def seed(channel: AbstractChannel, _bus: RabbitBus) -> None:
        confirmed = await channel.default_exchange.publish(aio_pika.Message(b"{}"), queue)
        assert confirmed is not None

    return seed


async def delete(channel: AbstractChannel, _bus: RabbitBus) -> None:
    await channel.queue_delete("bitrix24.sent.queue")


async def differ(channel: AbstractChannel, _bus: RabbitBus) -> None:
    await channel.queue_delete("bitrix24.queue")
    await channel.declare_queue("bitrix24.queue", durable=True)


async def pause(_channel: AbstractChannel, bus: RabbitBus) -> None:
    await bus.raise_flag(pause_flag("bitrix24"))


FAULTS: dict[str, tuple[Seed, Code, str]] = {
    "a deleted queue": (delete, Code.TOPOLOGY_MISSING, "topology apply"),
    "a queue of another kind": (differ, Code.TOPOLOGY_DIFFERS, "topology migrate"),
    "orders that nobody reads": (waiting("bitrix24.queue"), Code.NO_CONSUMERS, "services start"),
    "dead letters": (waiting(ERRORS_QUEUE), Code.DEAD_LETTERS, "dlq list"),
    "orders without a system": (waiting(DEFAULT_QUEUE), Code.UNROUTED, "EXCHANGER_TOPICS"),
    "a paused system": (pause, Code.SYSTEM_PAUSED, "exchanger resume bitrix24"),
}


@pytest.fixture
async def served(bus: RabbitBus, tmp_path: Path, vhost: str) -> RabbitBus:
    """A broker with the whole topology."""
    assert await bus.depth("bitrix24.queue") == 0
    assert not bad(await examined(tmp_path, vhost))
    return bus


async def test_each_fault_of_the_broker_is_found_with_its_remedy_and_no_other(
    tmp_path: Path, vhost: str, raw: AbstractChannel, served: RabbitBus
) -> None:
    seeded: set[str] = set()
    for fault, (seed, code, remedy) in FAULTS.items():  # one host for all: each would cost a second
        await seed(raw, served)
        seeded.add(code.value)
        found = bad(await examined(tmp_path, vhost))
        assert set(found) == seeded, fault
        assert remedy in found[code].remedy, fault


async def test_an_empty_broker_is_no_fault_and_the_doctor_leaves_it_empty(
    tmp_path: Path, vhost: str, raw: AbstractChannel
) -> None:
    assert not bad(await examined(tmp_path, vhost))
    layout = layout_of(settings(tmp_path, RABBITMQ_URL=vhost))
    with pytest.raises(ChannelNotFoundEntity):
        await raw.declare_queue(next(iter(layout.queues)), passive=True)


async def test_a_login_or_a_host_that_the_broker_refuses_is_one_finding(tmp_path: Path, vhost: str) -> None:
    broker = BrokerConnection.from_url(vhost)
    for url, remedy in (
        (f"amqp://{broker.user}:nonsense@127.0.0.1:{broker.port}/x", "RABBITMQ_PASSWORD"),
        (f"amqp://{broker.user}:{broker.password}@127.0.0.1:{broker.port}/absent", "RABBITMQ_VIRTUAL_HOST"),
        ("amqp://guest:guest@127.0.0.1:9/", "RABBITMQ_HOST"),
    ):
        found = await examined(tmp_path, url)
        assert [one.code for one in found] == [Code.BROKER_UNREACHABLE]
        assert remedy in found[0].remedy


async def test_each_right_that_a_user_lacks_is_named(
    tmp_path: Path, vhost: str, served: RabbitBus, rabbitmq: object
) -> None:
    assert served is not None
    if not isinstance(rabbitmq, RabbitServer):
        unavailable("права пользователей меняет только свой узел")
    broker = BrokerConnection.from_url(vhost)
    rabbitmq.ctl("add_user", broker.vhost, "weak")
    rabbitmq.ctl("set_permissions", "-p", broker.vhost, broker.vhost, "^$", "^amq.default$", "^$")
    found = await examined(tmp_path, f"amqp://{broker.vhost}:weak@127.0.0.1:{broker.port}/{broker.vhost}")
    lacking = [one for one in found if one.code is Code.BROKER_RIGHTS]
    assert {"configure", "write", "read"} == {one.what.split("права ")[1].split(":")[0] for one in lacking}
    assert all("set_permissions" in one.remedy for one in lacking)


async def test_a_broker_that_takes_no_publications_is_an_alarm(
    tmp_path: Path, vhost: str, served: RabbitBus, rabbitmq: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert served is not None
    if not isinstance(rabbitmq, RabbitServer):
        unavailable("тревогу памяти поднимает только свой узел")
    monkeypatch.setattr("exchanger.ops.doctor.broker_rights._CONFIRM_IN", 0.5)
    rabbitmq.ctl("set_vm_memory_high_watermark", "0.00001")
    try:
        found = bad(await examined(tmp_path, vhost))
    finally:
        rabbitmq.ctl("set_vm_memory_high_watermark", "0.4")
    assert list(found) == ["broker-alarm"], found
    assert "Alarms" in found["broker-alarm"].remedy


@pytest.mark.parametrize(
    ("version", "kind", "code"),
    [
        ("3.7.28", "quorum", "broker-version"),
        ("", "quorum", "broker-version"),
        ("3.10.8", "classic", "queue-classic"),
    ],
)
def test_what_a_version_means_is_told(version: str, kind: str, code: str) -> None:
    assert list(bad(list(examine_version(version, kind)))) == [code]


@pytest.mark.parametrize(("version", "said"), [("3.10.8", "128 МиБ"), ("4.0.5", "16 МиБ")])
def test_a_sound_version_tells_its_limits(version: str, said: str) -> None:
    (found,) = examine_version(version, "quorum")
    assert said in found.what
    assert not bad([found])
