"""The steps of docs/how-to/restore.md for the journal: it is removed or damaged, and the next start fills it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from exchanger.bus.memory import MemoryBus
from exchanger.domain.event import EventKind
from exchanger.domain.outcome import Failure
from exchanger.journal.store import Reader
from exchanger.ops.journal import journal_file, kept_journal
from exchanger.settings import load_settings
from exchanger.testing.eventually import eventually
from exchanger.wiring import assemble
from tests.engine.contract import take_one
from tests.engine.world import RestWorld
from tests.ops.conftest import House

pytestmark = pytest.mark.engine


def _damage(path: Path) -> None:
    path.write_bytes(b"\xff" * path.stat().st_size)


@pytest.mark.parametrize("lose", [Path.unlink, _damage], ids=["removed", "damaged"])
async def test_a_lost_journal_is_filled_from_the_engine_by_the_next_start(
    with_engine: House, world: RestWorld, lose: Callable[[Path], None]
) -> None:
    # Given a journal that knows the failure of a task
    del with_engine.environ["RABBITMQ_URL"]
    settings = load_settings({**with_engine.environ, "EXCHANGER_ENV": "prod"}, with_engine.home)
    await world.start()
    engine = await world.engine()
    task = await take_one(engine, world.topic)
    assert await engine.settle(task, Failure("Нет исполнителя", "", 0))
    file = journal_file(settings)

    async def started() -> list[EventKind]:
        async with assemble(settings, bus=MemoryBus()) as exchanger, kept_journal(settings, exchanger):
            await eventually(lambda: len(Reader(file).of_task(task.id)) == 2)
        return [one.kind for one in Reader(file).of_task(task.id)]

    known = await started()
    # When the services are stopped and the file is lost
    lose(file)
    assert Reader(file).of_task(task.id) == []
    # Then the next start knows the same
    assert await started() == known == [EventKind.APPEARED, EventKind.FAILED]
