"""The memory bus keeps the contract; its term is a file lock or a lock of the process."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchanger.bus.memory import MemoryBus
from exchanger.domain.errors import Retry, TermLost
from tests.bus.contract import BusContract
from tests.bus.kit import Inbox


class TestMemoryBus(BusContract):
    @pytest.fixture
    def bus(self) -> MemoryBus:
        return MemoryBus(grace=0.5)


class TestMemoryBusWithLockFiles(BusContract):
    @pytest.fixture
    def bus(self, tmp_path: Path) -> MemoryBus:
        return MemoryBus(grace=0.5, locks=tmp_path)

    @pytest.fixture
    def peer(self, tmp_path: Path, bus: MemoryBus, request: pytest.FixtureRequest) -> MemoryBus:
        # Terms are shared through the directory; events are not, so their test keeps to one bus.
        return bus if "event" in request.node.name else MemoryBus(grace=0.5, locks=tmp_path)


async def test_term_is_lost_with_its_file(tmp_path: Path) -> None:
    bus = MemoryBus(locks=tmp_path)
    async with bus.term("bitrix24") as term:
        (tmp_path / "bitrix24.term").unlink()
        with pytest.raises(TermLost):
            await term.check()
        await term.lost()


async def test_lock_file_stays_after_the_term(tmp_path: Path) -> None:
    bus = MemoryBus(locks=tmp_path)
    async with bus.term("bitrix24"):
        pass
    assert (tmp_path / "bitrix24.term").exists()


async def test_unknown_queue_is_said_at_once() -> None:
    with pytest.raises(Retry, match=r"no\.such\.queue"):
        async with MemoryBus().consume("no.such.queue", Inbox(), at_once=1):
            pass
