"""The journal keeps ids and states, forgets in time, and no fault of its file stops the work."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from exchanger.domain.event import Event, EventKind
from exchanger.journal import schema
from exchanger.journal.store import Reader, Store, discard
from exchanger.journal.writer import WAITING, Writer
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.health import Condition, Health
from exchanger.testing.clock import START, VirtualClock
from exchanger.testing.eventually import eventually

DAY = timedelta(days=1)


def event(kind: EventKind = EventKind.ORDERED, task: str = "t-1", after: float = 0, **fields: str) -> Event:
    return Event(kind, START + timedelta(seconds=after), "bitrix24", task, "pi-1", fields)


def store(path: Path, *events: Event) -> None:
    opened = Store(path)
    opened.add(events)
    opened.close()


def test_what_was_written_is_found_by_task_instance_and_object(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    first, second = event(), event(EventKind.CREATED, after=2, object="17", link="https://portal/17")
    store(path, second, first, event(task="t-2", after=1))

    reader = Reader(path)

    assert reader.of_task("t-1") == [first, second]
    assert [one.task_id for one in reader.of_instance("pi-1")] == ["t-1", "t-2", "t-1"]
    assert reader.of_object("bitrix24", "17") == reader.of_object("", "17") == [second]
    assert reader.of_object("openproject", "17") == []
    assert reader.latest(1) == [second]
    assert not reader.fault


def test_an_event_that_two_services_heard_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    store(path, event())
    store(path, event(), event(after=1))

    assert len(Reader(path).of_task("t-1")) == 2


def test_events_older_than_the_term_are_forgotten(tmp_path: Path) -> None:
    opened = Store(tmp_path / "journal.sqlite3")
    opened.add([event(), event(after=60)])

    assert opened.forget(START + timedelta(seconds=30)) == 1

    opened.close()
    assert [one.at for one in Reader(tmp_path / "journal.sqlite3").of_task("t-1")] == [START + timedelta(minutes=1)]


def test_a_file_of_another_version_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.sqlite3"
    store(path, event())
    monkeypatch.setattr("exchanger.journal.store.VERSION", schema.VERSION + 1)

    store(path, event(task="t-2"))

    assert Reader(path).of_task("t-1") == []
    assert len(Reader(path).of_task("t-2")) == 1


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    store(path, event())

    assert path.stat().st_mode & 0o077 == 0


def test_without_a_file_the_journal_is_empty_and_says_so(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "journal.sqlite3")

    assert reader.of_task("t-1") == []
    assert "нет" in reader.fault


def test_a_damaged_file_is_empty_for_the_reader_and_begun_anew_by_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"this is no database" * 1000)
    reader = Reader(path)
    assert reader.of_task("t-1") == []
    assert "не читается" in reader.fault

    store(path, event())

    assert len(reader.of_task("t-1")) == 1


@asynccontextmanager
async def writing(writer: Writer) -> AsyncIterator[None]:
    task = asyncio.create_task(writer.run())
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_events_reach_the_file_and_what_waits_at_the_end_too(tmp_path: Path) -> None:
    part = Health().part("журнал")
    writer = Writer(tmp_path / "journal.sqlite3", SystemClock(), part, keep=DAY * 36500)
    reader = Reader(tmp_path / "journal.sqlite3")

    async with writing(writer):
        await writer.hear(event())
        await eventually(lambda: len(reader.of_task("t-1")) == 1)
        await writer.hear(event(after=1))

    assert len(reader.of_task("t-1")) == 2
    assert part.condition is Condition.UP


async def test_hints_and_texts_are_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    writer = Writer(path, VirtualClock(), Health().part("журнал"), keep=DAY)
    async with writing(writer):
        await writer.hear(event(EventKind.HINT, object="5"))
        await writer.hear(event(EventKind.INCIDENT, reason="Иванов не найден", outcome="Failure"))
        await writer.hear(event(EventKind.REMARK, task="t-2", remark="файл №7", reason="файл №7: Иванову нельзя"))

    (kept,), (remark,) = Reader(path).of_task("t-1"), Reader(path).of_task("t-2")

    assert kept.fields == {"outcome": "Failure"}
    assert remark.fields == {"remark": "файл №7"}


async def test_texts_are_kept_where_the_setting_says_so(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    writer = Writer(path, VirtualClock(), Health().part("журнал"), keep=DAY, texts=True)
    async with writing(writer):
        await writer.hear(event(EventKind.INCIDENT, reason="Иванов не найден"))

    (kept,) = Reader(path).of_task("t-1")

    assert kept.fields == {"reason": "Иванов не найден"}


async def test_a_full_disk_is_seen_in_health_and_the_events_wait_for_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, health = VirtualClock(), Health()
    part, reader = health.part("журнал"), Reader(tmp_path / "journal.sqlite3")
    writer = Writer(tmp_path / "journal.sqlite3", clock, part, keep=DAY)
    add = Store.add

    def full(self: Store, events: list[Event]) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "add", full)
    async with writing(writer):
        await writer.hear(event())
        await eventually(lambda: clock.sleeping == 1)
        assert health.report()["журнал"]["condition"] == "degraded"
        assert "full" in part.reason
        assert health.ready

        monkeypatch.setattr(Store, "add", add)
        await clock.advance(31)
        await eventually(lambda: part.condition is Condition.UP)

    assert len(reader.of_task("t-1")) == 1


async def test_a_locked_file_delays_the_journal_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchanger.journal.store._BUSY", 0.05)
    path, clock = tmp_path / "journal.sqlite3", VirtualClock()
    store(path, event(task="t-0"))
    part = Health().part("журнал")
    writer = Writer(path, clock, part, keep=DAY)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    async with writing(writer):
        await writer.hear(event())
        await eventually(lambda: part.condition is Condition.DEGRADED and clock.sleeping == 1)
        other.execute("ROLLBACK")
        await clock.advance(31)
        await eventually(lambda: part.condition is Condition.UP)
    other.close()

    assert len(Reader(path).of_task("t-1")) == 1


async def test_memory_is_bounded_while_nothing_can_be_written(tmp_path: Path) -> None:
    writer = Writer(tmp_path, VirtualClock(), Health().part("журнал"), keep=DAY)  # a folder is no file
    async with writing(writer):
        writer.put([event(after=number) for number in range(WAITING + 5)])

        assert len(writer._waiting) == WAITING


@pytest.mark.parametrize("whole", [True, False], ids=["all of it", "its end"])
async def test_a_file_damaged_under_an_open_writer_is_begun_anew(tmp_path: Path, whole: bool) -> None:
    path, clock = tmp_path / "journal.sqlite3", VirtualClock()
    store(path, *(event(task=f"t-{number}", after=number) for number in range(2000)))  # many pages
    part = Health().part("журнал")
    writer = Writer(path, clock, part, keep=DAY * 36500)
    async with writing(writer):
        await eventually(lambda: part.condition is Condition.UP)
        _damage(path, 4096 if whole else path.stat().st_size // 2)

        async def written() -> bool:
            writer.put([event(task=f"u-{number}", after=number) for number in range(500)])
            await clock.advance(31)
            return len(Reader(path).of_task("u-1")) == 1

        await eventually(written)
        await eventually(lambda: part.condition is Condition.UP)

    assert not Reader(path).fault


async def test_a_file_that_another_writer_began_anew_is_followed(tmp_path: Path) -> None:
    path, clock = tmp_path / "journal.sqlite3", VirtualClock()
    writer = Writer(path, clock, Health().part("журнал"), keep=DAY * 36500)

    async def written(task: str) -> bool:
        await clock.advance(31)
        return len(Reader(path).of_task(task)) == 1

    async with writing(writer):
        writer.put([event(task="t-1")])
        await eventually(lambda: written("t-1"))
        discard(path)
        store(path, event(task="t-2"))

        writer.put([event(task="t-3")])
        await eventually(lambda: written("t-3"))

    assert len(Reader(path).of_task("t-2")) == 1


def _damage(path: Path, start: int) -> None:
    """Rubbish over the pages from `start` on: the file opens, and a deeper look finds it."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * (path.stat().st_size - start))
    for left in (Path(f"{path}-wal"), Path(f"{path}-shm")):
        left.unlink(missing_ok=True)
