"""Поиск по ключу: портал молча пропускает фильтр, которого не знает, и тогда отдаёт чужие задачи.

Поэтому фильтру верят только после проверки в обе стороны: по случайному ключу не найдено ничего, а первая созданная
задача найдена по своему ключу (bitrix24.md E.7).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from exchanger.connect import Intent
from exchanger.domain.errors import SystemPaused
from exchanger.domain.key import Key
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault
from exchanger.systems.bitrix24.errors import Verdict, query_error, verdict
from exchanger.systems.bitrix24.foreign import as_int, as_map, as_rows, as_text, camel

XML_ID = "XML_ID"
RAW_ID = "UF_CAMUNDA_ID_EXTERNAL_TASK"

_LOOKS = (0.0, 1.0, 2.0, 4.0, 8.0)  # seconds before each look: a portal's search may lag behind its writes
_AGAIN = timedelta(seconds=30)


def foreign_probe(field: str) -> Command:
    """Поиск по ключу, которого нет ни у кого."""
    filters = {field: f"exch-selftest-{uuid4()}"}
    return Command("tasks.task.list", {"filter": filters, "select": ["ID"], "order": {"ID": "asc"}, "start": -1})


def respected(answer: Envelope | PortalFault) -> bool:
    """Портал применил фильтр: по чужому ключу не найдено ничего."""
    if isinstance(answer, PortalFault):
        if verdict(answer) is not Verdict.PERMANENT:
            raise query_error(answer, "tasks.task.list")
        return False
    return not as_rows(as_map(answer.result).get("tasks"))


@dataclass(frozen=True, slots=True)
class _Probe:
    field: str
    value: str
    task_id: str


class KeyProof:
    """Вторая половина проверки: первая созданная здесь задача находится по ключу. До неё вторая не создаётся."""

    def __init__(self, api: BitrixApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._pending: _Probe | None = None
        self._proved: set[str] = set()
        self._lock = asyncio.Lock()

    def created(self, field: str, key: Key, task_id: str) -> None:
        """Создана задача: на ней можно проверить поиск."""
        if field not in self._proved and self._pending is None:
            self._pending = _Probe(field, str(key) if field == XML_ID else key.task_id, task_id)

    def found(self, field: str) -> None:
        """Задача нашлась по точному ключу: поиск доказан."""
        self._proved.add(field)
        if self._pending is not None and self._pending.field == field:
            self._pending = None

    @asynccontextmanager
    async def turn(self, field: str) -> AsyncIterator[None]:
        """Очередь на создание: пока поиск не доказан, задачи создаются по одной."""
        if field in self._proved:
            yield
            return
        async with self._lock:
            await self._settle()
            yield

    async def _settle(self) -> None:
        """Довести проверку до конца; `SystemPaused` — портал не находит созданную задачу, создавать нельзя."""
        for pause in _LOOKS:
            probe = self._pending
            if probe is None:
                return
            await self._clock.sleep(pause)
            if await self._seen(probe):
                self.found(probe.field)
            elif not await self._exists(probe):
                self._pending = None  # a person deleted it: nothing is known, the next task will be the probe
        if self._pending is not None:
            raise SystemPaused(
                f"Битрикс24: задача {self._pending.task_id} создана, но не находится по полю {self._pending.field}.",
                after=_AGAIN,
                remedy="поиск по этому полю на портале не работает: создайте у задач строковое поле "
                f"{RAW_ID} и перезапустите сервис; задачи не создаются, чтобы не задвоить их.",
            )

    async def _seen(self, probe: _Probe) -> bool:
        filters, select = {probe.field: probe.value}, ["ID", probe.field]
        params = {"filter": filters, "select": select, "order": {"ID": "asc"}, "start": -1}
        answer = await self._api.call("tasks.task.list", params, intent=Intent.READ)
        rows = as_rows(as_map(answer.result).get("tasks"))
        shown = [(as_text(row.get("id")), as_text(row.get(camel(probe.field)))) for row in rows]
        return shown == [(probe.task_id, probe.value)]

    async def _exists(self, probe: _Probe) -> bool:
        params = {"taskId": probe.task_id, "select": ["ID"]}
        answer = await self._api.ask("tasks.task.get", params, intent=Intent.READ)
        if isinstance(answer, PortalFault):
            raise query_error(answer, "tasks.task.get")
        return as_int(_task(answer.result).get("id")) is not None


def _task(result: object) -> Mapping[str, object]:
    return as_map(as_map(result).get("task"))
