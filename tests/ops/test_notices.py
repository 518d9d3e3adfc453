"""Notices: said once, taken back when over, silent at night, bounded, lean; a broken channel stops nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from exchanger.bus.memory import MemoryBus
from exchanger.bus.topology import topology
from exchanger.domain.errors import Retry
from exchanger.domain.event import Event, EventKind
from exchanger.ops.notices.book import GONE, LONGEST, Book, Letter, Pace
from exchanger.ops.notices.herald import Herald
from exchanger.ops.notices.outgoing import AGAIN, WAITING, Outgoing
from exchanger.ops.notices.watch import REMIND_EVERY, Watch
from exchanger.telemetry.health import Health
from exchanger.testing.clock import VirtualClock, settle

START = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = 12


def book(**pace: object) -> Book:
    return Book(Pace(**pace), "prod")  # type: ignore[arg-type]


def test_a_trouble_is_told_once_and_its_end_once() -> None:
    told = book(after=2 * MINUTE)
    told.opened("engine", "движок молчит", START)
    assert told.take(START + MINUTE, DAY) is None
    letter = told.take(START + 3 * MINUTE, DAY)
    assert letter is not None
    assert letter.lines == ("✗ движок молчит",)
    told.opened("engine", "движок молчит", START + 5 * MINUTE)
    assert told.take(START + 6 * MINUTE, DAY) is None
    told.closed("engine", START + 90 * MINUTE)
    over = told.take(START + 91 * MINUTE, DAY)
    assert over is not None
    assert over.title.endswith("снова работает")
    assert "1 ч 30 мин" in over.lines[0]
    assert told.take(START + 92 * MINUTE, DAY) is None


def test_a_blink_is_never_told() -> None:
    told = book(after=2 * MINUTE)
    told.opened("engine", "движок молчит", START)
    told.closed("engine", START + MINUTE)
    assert told.take(START + 10 * MINUTE, DAY) is None


def test_a_trouble_that_nobody_repeats_is_over() -> None:
    told = book(after=timedelta())
    told.opened("engine", "движок молчит", START)
    assert told.take(START, DAY) is not None
    assert told.take(START + GONE, DAY) is None
    over = told.take(START + GONE + MINUTE, DAY)
    assert over is not None
    assert over.lines[0].startswith("✓ прошло")


def test_quiet_hours_gather_and_one_letter_tells_all_after_them() -> None:
    told = book(after=timedelta(), quiet=frozenset({23, 0, 1}))
    told.opened("engine", "движок молчит", START)
    told.happened("i", "инциденты", "задача 1", "list")
    told.happened("i", "инциденты", "задача 2", "list")
    assert told.take(START + MINUTE, 23) is None
    letter = told.take(START + 2 * MINUTE, 2)
    assert letter is not None
    assert letter.lines == ("✗ движок молчит", "! инциденты: 2 (задача 1, задача 2) — list")


def test_letters_of_an_hour_are_bounded_and_what_waits_is_gathered() -> None:
    told = book(per_hour=2)
    letters = []
    for number in range(50):
        told.happened("i", "инциденты", f"задача {number}", "list")
        letters.append(told.take(START + number * MINUTE, DAY))
    assert len([one for one in letters if one is not None]) == 2
    last = told.take(START + 60 * MINUTE, DAY)
    assert last is not None
    assert last.lines == ("! инциденты: 48 (задача 2, задача 3, задача 4 и ещё 45) — list",)


def test_a_letter_is_never_endless() -> None:
    told = book(after=timedelta())
    for number in range(100):
        told.opened(f"p{number}", f"часть {number}", START)
    letter = told.take(START, DAY)
    assert letter is not None
    assert len(letter.lines) == LONGEST + 1
    assert "и ещё 80" in letter.lines[-1]


@dataclass(slots=True)
class Recorder:
    """A channel that fails so many times."""

    failures: int = 0
    letters: list[Letter] = field(default_factory=list)
    error: Exception = field(default_factory=lambda: Retry("Сервер занят."))
    name: str = "запись"

    async def send(self, letter: Letter) -> None:
        if self.failures:
            self.failures -= 1
            raise self.error
        self.letters.append(letter)


@asynccontextmanager
async def running(*works: Awaitable[None]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_failing_channel_tries_again_and_holds_no_other() -> None:
    clock = VirtualClock()
    ill, broken, well = Recorder(failures=2), Recorder(failures=10**6, error=RuntimeError("сломан")), Recorder()
    ways = [Outgoing(channel, clock) for channel in (ill, broken, well)]
    async with running(*(way.run() for way in ways)):
        for way in ways:
            way.put(Letter("t", ("1",)))
        await settle()
        assert (len(ill.letters), len(well.letters)) == (0, 1)
        await clock.advance(AGAIN * 2 + 1)
        assert (len(ill.letters), len(broken.letters)) == (1, 0)


async def test_a_channel_that_is_down_for_long_keeps_the_newest_and_no_more() -> None:
    clock, channel = VirtualClock(), Recorder(failures=1)
    way = Outgoing(channel, clock)
    for number in range(WAITING * 3):
        way.put(Letter(str(number), ()))
    async with running(way.run()):
        await clock.advance(AGAIN + 1)
    assert [letter.title for letter in channel.letters] == [str(n) for n in range(WAITING * 2, WAITING * 3)]


@dataclass(slots=True)
class House:
    """Two processes of one installation over one bus in memory."""

    clock: VirtualClock
    bus: MemoryBus
    channel: Recorder = field(default_factory=Recorder)

    def herald(self, **pace: object) -> tuple[Herald, Outgoing]:
        way = Outgoing(self.channel, self.clock)
        return Herald(self.bus, self.clock, book(**pace), [way], lambda _moment: DAY), way

    @property
    def lines(self) -> list[str]:
        return [line for letter in self.channel.letters for line in letter.lines]


def house() -> House:
    clock = VirtualClock()
    return House(clock, MemoryBus(layout=topology(), clock=clock))


async def test_of_two_processes_one_tells_and_both_are_heard() -> None:
    place = house()
    healths = (Health(), Health())
    heralds = [place.herald(after=timedelta(minutes=1)) for _ in healths]
    watches = [Watch(health, place.bus, place.clock, f"s{n}") for n, health in enumerate(healths)]
    works = [each.run() for pair in heralds for each in pair]
    async with running(*works, *(watch.run() for watch in watches)):
        healths[1].part("duty:bitrix24").down("портал не отвечает password=cAnArY99", now=place.clock.now())
        await place.clock.advance(120)
        assert len(place.lines) == 1
        assert "система bitrix24 не обслуживается" in place.lines[0]
        assert "cAnArY99" not in place.lines[0]
        await place.clock.advance(3 * REMIND_EVERY)
        assert len(place.lines) == 1
        healths[1].part("duty:bitrix24").up(now=place.clock.now())
        await place.clock.advance(30)
        assert len(place.lines) == 2
        assert place.lines[1].startswith("✓ прошло")


async def test_incidents_are_told_by_number_and_id_without_texts() -> None:
    place = house()
    async with running(*(each.run() for each in place.herald())):
        await place.clock.advance(1)
        for number in range(3):
            fields = {"reason": "Иванов Иван уволен"}
            place.bus.emit(Event(EventKind.INCIDENT, place.clock.now(), "bitrix24", f"t{number}", "p", fields))
        await place.clock.advance(30)
    assert place.lines == [
        "! инциденты системы bitrix24: 3 (задача t0, задача t1, задача t2) — exchanger incidents list"
    ]


async def test_a_queue_of_errors_is_told_until_it_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    place, depth = house(), 4

    async def asked(_queue: str) -> int:
        return depth

    monkeypatch.setattr(place.bus, "depth", asked)
    async with running(*(each.run() for each in place.herald(after=timedelta()))):
        await place.clock.advance(300)
        assert place.lines == ["✗ в очереди ошибок сообщений: 4 — exchanger dlq list"]
        depth = 0
        await place.clock.advance(120)
    assert place.lines[1].startswith("✓ прошло")


async def test_a_lost_bus_is_told_by_the_last_holder_and_so_is_its_return(monkeypatch: pytest.MonkeyPatch) -> None:
    place = house()
    state: dict[str, str] = {"связь": "есть"}
    monkeypatch.setattr(place.bus, "state", lambda: state)
    ended = asyncio.Event()
    monkeypatch.setattr(place.bus, "term", _breaking(ended))
    async with running(*(each.run() for each in place.herald(after=timedelta(minutes=1)))):
        await place.clock.advance(10)
        state["связь"] = "оборвана"
        ended.set()
        await place.clock.advance(120)
        assert place.lines[0].startswith("✗ нет связи с RabbitMQ")
        state["связь"] = "есть"
        await place.clock.advance(30)
    assert place.lines[1].startswith("✓ прошло: нет связи с RabbitMQ")


@dataclass(slots=True)
class _Term:
    ended: asyncio.Event
    started: float = 0.0

    async def check(self) -> None:
        assert not self.ended.is_set()

    async def lost(self) -> None:
        await self.ended.wait()


def _breaking(ended: asyncio.Event) -> Callable[[str], object]:
    @asynccontextmanager
    async def term(_name: str) -> AsyncIterator[_Term]:
        if ended.is_set():
            await asyncio.Event().wait()
        yield _Term(ended)

    return term
