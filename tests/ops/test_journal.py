"""The journal of an installation: what the bus says is written, a new one is filled from the engine's history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exchanger.bus.memory import MemoryBus
from exchanger.connect import Cursor
from exchanger.domain.errors import Retry
from exchanger.domain.event import Event, EventKind
from exchanger.domain.outcome import Failure
from exchanger.domain.task import Snapshot
from exchanger.journal.store import Reader
from exchanger.journal.writer import Writer
from exchanger.ops.journal import PART, journal_file, kept_journal
from exchanger.ops.journal_objects import OpenObjects
from exchanger.settings import Settings, load_settings
from exchanger.testing.eventually import eventually
from exchanger.testing.memory_system import MEMORY_TOPIC
from exchanger.wiring import assemble
from tests.engine.contract import take_one
from tests.engine.world import RestWorld
from tests.ops.conftest import House
from tests.roles.house import always, fail, house

pytestmark = pytest.mark.engine


@pytest.fixture
def home(with_engine: House) -> House:
    del with_engine.environ["RABBITMQ_URL"]
    return with_engine


def settings_of(home: House, **more: str) -> Settings:
    return load_settings({**home.environ, "EXCHANGER_ENV": "prod", **more}, home.home)


def event(task: str) -> Event:
    return Event(EventKind.ORDERED, datetime.now(UTC), "bitrix24", task, "pi")


async def test_a_new_journal_is_filled_from_the_engine_and_hears_the_bus(home: House, world: RestWorld) -> None:
    await world.start()
    engine = await world.engine()
    task = await take_one(engine, world.topic)
    assert await engine.settle(task, Failure("Нет исполнителя", "", 0))
    settings = settings_of(home)
    reader = Reader(journal_file(settings))

    async with assemble(settings, bus=MemoryBus()) as exchanger, kept_journal(settings, exchanger):
        exchanger.context.bus.emit(event("t-1"))
        await eventually(lambda: len(reader.of_task(task.id)) == 2 and len(reader.of_task("t-1")) == 1)

    assert [one.kind for one in reader.of_task(task.id)] == [EventKind.APPEARED, EventKind.FAILED]
    assert "reason" not in reader.of_task(task.id)[1].fields, "texts are kept only where the setting says so"


async def test_a_service_that_falls_leaves_nobody_writing(home: House) -> None:
    settings = settings_of(home)
    before = asyncio.all_tasks()

    async def falls() -> None:
        async with assemble(settings, bus=MemoryBus()) as exchanger, kept_journal(settings, exchanger):
            await eventually(lambda: exchanger.context.health.report()[PART]["condition"] == "up")
            raise RuntimeError("упала")

    with pytest.raises(RuntimeError, match="упала"):
        await falls()

    assert asyncio.all_tasks() == before


async def test_switched_off_it_writes_nothing(home: House) -> None:
    settings = settings_of(home, EXCHANGER_JOURNAL="false")

    async with assemble(settings, bus=MemoryBus()) as exchanger, kept_journal(settings, exchanger):
        exchanger.context.bus.emit(event("t-1"))
        assert PART not in exchanger.context.health.report()

    assert not journal_file(settings).exists()


class Heard(Writer):
    """A writer that only remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[Event] = []

    def put(self, events: list[Event]) -> None:
        self.given += events


async def test_open_objects_of_the_systems_are_found_again_page_by_page_through_an_outage() -> None:
    async with house() as home:
        # Given objects of ours over several pages, a stranger's among them, and a system that is away at first
        for _ in range(120):
            await home.made()
        strange = home.objects.visible[3]
        strange.key = "exch:somebody:else:1"
        home.objects.before = fail(Retry("нет связи."), at="opened")
        # When a new journal asks for them
        writer = Heard()
        objects = OpenObjects([home.system], home.context.installation, home.clock)
        filling = asyncio.create_task(objects.fill(writer))
        await home.clock.advance(120)
        await filling
        # Then each of ours is in it once, with its number
        assert home.objects.calls["opened"] > 3
        assert sorted((one.task_id, one.fields["object"]) for one in writer.given) == sorted(
            (found.key.rpartition(":")[2], found.id) for found in home.objects.visible if found is not strange
        )
        assert {one.kind for one in writer.given} == {EventKind.ADOPTED}


async def test_a_listing_that_gives_an_empty_page_ends_and_a_system_that_lies_holds_up_no_other() -> None:
    async with house() as home, house() as other:
        # Given a system without objects of ours, whose listing yields an empty page, and one that is away
        work = home.system.works[MEMORY_TOPIC]
        asked: list[str] = []

        async def opened(after: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
            asked.append(after.position)
            yield [], after

        await other.made()
        away = replace(other.system, name="away")
        other.objects.before = always(lambda: Retry("нет связи."), at="opened")
        object.__setattr__(work, "opened", opened)
        # When a new journal asks both
        filling = asyncio.create_task(
            OpenObjects([away, home.system], home.context.installation, home.clock).fill(Heard())
        )
        await home.clock.advance(50)
        # Then the empty one was read once, while the other is still asked for
        assert asked == [""]
        assert not filling.done()
        filling.cancel()
