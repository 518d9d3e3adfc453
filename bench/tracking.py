"""`python -m bench.tracking`: what the watching of open Bitrix24 tasks costs; the result goes to bench/results.

The portal is the stand-in over HTTP, engine and bus are the ones in memory; the tracker and the client of the portal
are real, with the pace and the limits of an installation. All shares one process: seconds are an upper bound.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
import tracemalloc
import uuid
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exchanger.bus.memory import MemoryBus
from exchanger.connect import Cursor, OpenSystem
from exchanger.domain.event import Event, EventKind
from exchanger.domain.policy import Locks
from exchanger.domain.reconcile import Rules
from exchanger.domain.task import ObjectRef
from exchanger.engine._rest import read_task
from exchanger.engine.diagrams import DiagramCache
from exchanger.roles.context import Context, Installation
from exchanger.roles.index import Index
from exchanger.roles.pace import Pace
from exchanger.roles.quarantine import Inherited
from exchanger.roles.tracker import Tracker
from exchanger.sandbox.bitrix24 import Portal, default_portal, standin
from exchanger.sandbox.bitrix24.person import Person
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK
from exchanger.systems.bitrix24 import SYSTEM, BitrixOptions
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.health import Health
from exchanger.testing.eventually import eventually
from exchanger.testing.memory_engine import MemoryEngine, MemoryEngineState

_RESULTS = Path(__file__).parent / "results"
_TOPIC = "bitrix_create_task"
_OURS = Installation("bench", "default")
_CYCLES = 4
_SAMPLES = 3
_APART = 4.7
"""Seconds between closings: no divisor of the poll's pause."""
_CALL = 2500
_DIAGRAM = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'


@dataclass(frozen=True, slots=True)
class Tracking:
    """One size."""

    open: int
    requests_a_cycle: float
    requests_to_read_all: int
    seconds_to_see_the_newest: float
    seconds_to_see_the_oldest: float
    seconds_with_a_hint: float
    index_mb: float


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds to see a change."""

    newest: float
    oldest: float
    hinted: float


@dataclass(slots=True)
class Yesterday:
    """The portal's clock: the tasks are made a day before they are watched."""

    behind: timedelta = timedelta(days=1)

    def __call__(self) -> datetime:
        return datetime.now(UTC) - self.behind


@dataclass(slots=True)
class Site:
    """The portal with its open tasks, and the tracker's side."""

    portal: Portal
    system: OpenSystem
    state: MemoryEngineState
    context: Context

    def finish(self, number: int) -> None:
        person = Person(self.portal, self.portal.user(ADMIN))
        person.add_result(number, "сделано")
        person.complete(number)


@asynccontextmanager
async def site(count: int) -> AsyncIterator[Site]:
    clock, yesterday = SystemClock(), Yesterday()
    state = MemoryEngineState(clock)
    portal = default_portal(clock=yesterday)
    engine = MemoryEngine(state, "bench")
    person = Person(portal, portal.user(ADMIN))
    for number in range(count):
        task = state.add_task(_TOPIC)
        await engine.hold(task, Locks().long)
        fields = {"TITLE": f"Задача {number}", "RESPONSIBLE_ID": CLERK, "XML_ID": str(_OURS.key(task.id))}
        person.create(fields)
    yesterday.behind = timedelta()
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(standin(portal))
        options = BitrixOptions(webhook_url=running.webhook_url)
        system = await stack.enter_async_context(SYSTEM.open(options, clock))

        async def diagram(_definition: str) -> bytes:
            return _DIAGRAM

        diagrams = DiagramCache(diagram, clock, ttl=timedelta(days=1), size=10)
        context = Context(_OURS, engine, diagrams, MemoryBus(clock=clock), clock, Health())
        yield Site(portal, system, state, context)


async def cycles(place: Site) -> float:
    """Requests of a quiet cycle of the changes, the first one apart: it asks what the portal can do."""
    work = place.system.works[_TOPIC]
    place_in_feed, before = Cursor(), 0
    for cycle in range(_CYCLES + 1):
        *_, (_, place_in_feed) = [page async for page in work.changed(place_in_feed)]
        before = before if cycle else place.portal.requests.total()
    return (place.portal.requests.total() - before) / _CYCLES


async def read_all(place: Site) -> int:
    """Requests to look at every open task once."""
    refs = [ObjectRef(SYSTEM.name, str(number)) for number in place.portal.store.tasks]
    work, before, seen = place.system.works[_TOPIC], place.portal.requests.total(), 0
    for start in range(0, len(refs), _CALL):
        seen += len(await work.read(refs[start : start + _CALL]))
    assert seen == len(refs), f"{len(refs) - seen} tasks were not seen"
    return place.portal.requests.total() - before


async def seen(place: Site) -> Seen:
    """Seconds from a closing to the outcome on the bus: the worst of some, at different places of the poll's pause."""
    tracker = Tracker(place.context, place.system, Rules(), Pace(), Inherited())
    watching = asyncio.create_task(tracker.run())
    count = len(place.portal.store.tasks)
    await eventually(lambda: tracker.open == count, within=600)
    newest, oldest = [], []
    for sample in range(_SAMPLES):
        await asyncio.sleep(_APART)
        newest.append(await answered(place, count - sample))
        await asyncio.sleep(_APART)
        oldest.append(await answered(place, 1 + sample))
    hinted = await answered(place, 10, hint=True)  # the sweep has seen it: a hint knows objects by number
    watching.cancel()
    await asyncio.wait({watching})
    return Seen(max(newest), max(oldest), hinted)


async def answered(place: Site, number: int, *, hint: bool = False) -> float:
    """Close one task and wait for its outcome; with `hint` the portal's notice comes as well."""
    ended = asyncio.Event()

    async def heard(event: Event) -> None:
        if event.task_id == f"task-{number}":
            ended.set()

    bus = place.context.bus
    async with bus.hear(SYSTEM.name, EventKind.ANSWERED, heard):
        began = time.monotonic()
        place.finish(number)
        if hint:
            bus.emit(Event(EventKind.HINT, place.context.clock.now(), SYSTEM.name, fields={"object": str(number)}))
        async with asyncio.timeout(300):
            await ended.wait()
        return time.monotonic() - began


def index_mb(count: int) -> float:
    """Memory of the tracker's index alone, filled from the engine's JSON as in life."""
    gc.collect()
    tracemalloc.start()
    index = Index()
    for number in range(count):
        task = read_task(json.loads(_raw()))
        link = f"https://portal.example.ru/company/personal/user/107/tasks/task/view/{number}/"
        index.put(task, ObjectRef(SYSTEM.name, str(number), link))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(index) == count
    return used / 1024 / 1024


def _raw() -> str:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    ids = ("id", "processInstanceId", "executionId")
    return json.dumps(
        {each: str(uuid.uuid4()) for each in ids}
        | {
            "topicName": _TOPIC,
            "processDefinitionId": "Process_1:12:6f1c2a0e-7a51-11f0-8a4c-0242ac120002",
            "processDefinitionKey": "Process_1",
            "activityId": "Activity_1u7kiry",
            "activityInstanceId": f"Activity_1u7kiry:{uuid.uuid4()}",
            "workerId": "exchanger",
            "lockExpirationTime": now,
            "createTime": now,
            "tenantId": "imenaProd",
            "businessKey": f"order-{uuid.uuid4()}",
        }
    )


async def measure(count: int) -> Tracking:
    memory = index_mb(count)
    async with site(count) as place:
        quiet = await cycles(place)
        whole = await read_all(place)
        times = await seen(place)
    return Tracking(
        count, quiet, whole, round(times.newest, 1), round(times.oldest, 1), round(times.hinted, 1), round(memory, 1)
    )


def table(found: list[Tracking]) -> str:
    """The result as a page."""
    names = {
        "open": "открытых задач",
        "requests_a_cycle": "запросов за спокойный опрос",
        "requests_to_read_all": "запросов, чтобы посмотреть каждую один раз",
        "seconds_to_see_the_newest": "от закрытия до исхода, новейшие, наибольшее, с",
        "seconds_to_see_the_oldest": "то же, старейшие, с",
        "seconds_with_a_hint": "то же с уведомлением портала о задаче, которую обход уже видел, с",
        "index_mb": "указатель наблюдателя, МиБ",
    }
    rows = [
        f"| {title} | " + " | ".join(f"{asdict(each)[name]:g}" for each in found) + " |"
        for name, title in names.items()
    ]
    head = ["# Слежение за задачами Bitrix24", "", f"Опрос раз в {Pace().poll:g} с.", ""]
    return "\n".join([*head, rows[0], "|---|" + "---:|" * len(found), *rows[1:]]) + "\n"


async def main() -> None:
    parser = ArgumentParser(prog="bench.tracking", description="Слежение за открытыми задачами Bitrix24")
    parser.add_argument("sizes", nargs="*", type=int, default=[100, 10_000, 100_000])
    parser.add_argument("--output", type=Path, default=_RESULTS / "tracking.md")
    options = parser.parse_args()
    found = [await measure(count) for count in options.sizes]
    options.output.write_text(table(found), "utf-8")
    sys.stdout.write(table(found))


if __name__ == "__main__":
    asyncio.run(main())
