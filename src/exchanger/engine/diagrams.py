"""Кэш сведений диаграмм: определение неизменно, поэтому ключ — его id."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from exchanger.domain.task import Metadata
from exchanger.engine.metadata import BpmnMetadata
from exchanger.ports import Clock

_LARGE = 256 * 1024  # bytes; above it parsing would hold up the loop

Download = Callable[[str], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class _Entry:
    metadata: BpmnMetadata
    loaded: float


class DiagramCache:
    """Порт `Diagrams`: не более `size` определений, вытесняются давно не нужные; каждое живёт `ttl`.

    Одновременные вопросы об одном определении ждут одной загрузки; отмена одного из них другим не мешает; неудача не
    запоминается.
    """

    def __init__(
        self, download: Download, clock: Clock, *, size: int = 150, ttl: timedelta = timedelta(hours=24)
    ) -> None:
        self._download = download
        self._clock = clock
        self._size = size
        self._ttl = ttl.total_seconds()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._loading: dict[str, asyncio.Task[BpmnMetadata]] = {}

    async def metadata(self, definition_id: str, activity_id: str) -> Metadata:
        """Что диаграмма говорит об элементе; ошибки загрузки — как у `RestEngine.diagram`."""
        entry = self._entries.get(definition_id)
        if entry is not None and self._clock.monotonic() - entry.loaded < self._ttl:
            self._entries.move_to_end(definition_id)
            return entry.metadata.of(activity_id)
        return (await asyncio.shield(self._load(definition_id))).of(activity_id)

    def _load(self, definition_id: str) -> asyncio.Task[BpmnMetadata]:
        task = self._loading.get(definition_id)
        if task is None:
            task = self._loading[definition_id] = asyncio.create_task(self._fill(definition_id))
            task.add_done_callback(_retrieved)
        return task

    async def _fill(self, definition_id: str) -> BpmnMetadata:
        try:
            xml = await self._download(definition_id)
            metadata = await _parsed(xml)
        finally:
            del self._loading[definition_id]
        self._entries[definition_id] = _Entry(metadata, self._clock.monotonic())
        self._entries.move_to_end(definition_id)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)
        return metadata


async def _parsed(xml: bytes) -> BpmnMetadata:
    if len(xml) < _LARGE:
        return BpmnMetadata.parse(xml)
    return await asyncio.to_thread(BpmnMetadata.parse, xml)  # lxml lets go of the interpreter's lock


def _retrieved(task: asyncio.Task[BpmnMetadata]) -> None:
    # When all who asked were cancelled, nobody reads the failure; the next question will load again.
    if not task.cancelled():
        task.exception()
