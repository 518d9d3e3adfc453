import asyncio
from datetime import timedelta

import pytest

from exchanger.domain.errors import Reject, Retry
from exchanger.domain.task import Metadata
from exchanger.engine.diagrams import DiagramCache
from exchanger.testing.clock import VirtualClock
from tests.engine.process import bpmn


class Source:
    """Downloads that are counted, can be held back and can fail."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, definition_id: str) -> bytes:
        self.asked.append(definition_id)
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        return bpmn(definition_id)


async def test_one_download_serves_all_who_ask_at_once_and_later() -> None:
    source = Source()
    cache = DiagramCache(source, VirtualClock())

    found = await asyncio.gather(*(cache.metadata("p", "a") for _ in range(20)))
    found.append(await cache.metadata("p", "a"))

    assert {metadata.activity_topic for metadata in found} == {"p-a"}
    assert found[0].catches == {"NO"}
    assert source.asked == ["p"]


async def test_who_stops_waiting_does_not_take_the_download_from_the_others() -> None:
    source = Source()
    source.gate.clear()
    cache = DiagramCache(source, VirtualClock())
    first, second = (asyncio.create_task(cache.metadata("p", "a")) for _ in range(2))
    await asyncio.sleep(0)

    first.cancel()
    await asyncio.wait({first})
    source.gate.set()

    assert (await second).activity_topic == "p-a"
    assert source.asked == ["p"]


@pytest.mark.parametrize("failure", [Retry("нет связи"), Reject("нет определения")])
async def test_c11_a_failure_is_not_remembered(failure: Exception) -> None:
    source = Source()
    source.failure = failure
    cache = DiagramCache(source, VirtualClock())
    with pytest.raises(type(failure)):
        await cache.metadata("p", "a")

    source.failure = None

    assert (await cache.metadata("p", "a")).activity_topic == "p-a"


async def test_an_unknown_element_has_empty_metadata() -> None:
    assert await DiagramCache(Source(), VirtualClock()).metadata("p", "nowhere") == Metadata()


async def test_an_old_entry_is_loaded_again() -> None:
    source, clock = Source(), VirtualClock()
    cache = DiagramCache(source, clock, ttl=timedelta(hours=24))
    await cache.metadata("p", "a")

    await clock.advance(24 * 3600 - 1)
    await cache.metadata("p", "a")
    assert source.asked == ["p"]
    await clock.advance(1)
    await cache.metadata("p", "a")

    assert source.asked == ["p", "p"]


async def test_what_was_not_needed_for_longest_makes_room() -> None:
    source = Source()
    cache = DiagramCache(source, VirtualClock(), size=2)
    for name in ("p", "q", "p", "r", "p", "q"):
        await cache.metadata(name, "a")

    assert source.asked == ["p", "q", "r", "q"]


async def test_a_large_diagram_is_read_off_the_loop() -> None:
    async def large(definition_id: str) -> bytes:
        return bpmn(definition_id).replace(b"</bpmn:process>", b"</bpmn:process><!--" + b" " * 300_000 + b"-->")

    assert (await DiagramCache(large, VirtualClock()).metadata("p", "a")).activity_topic == "p-a"
