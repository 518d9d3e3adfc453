"""The engine's own limit: the same diagram, the same client, nothing but start, fetch and complete."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from bench.figures import Limit
from bench.proc import busy, own, spent
from exchanger.domain.outcome import Completed
from exchanger.domain.task import Fetched
from exchanger.domain.typed import typed
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.telemetry.clock import SystemClock

TOPIC = "bitrix_create_task"
AT_ONCE = 16
_LEASE = timedelta(minutes=10)


async def engine_limit(url: str, pid: int, tenant: str, model: bytes, instances: int) -> Limit:
    """Measured from the first start to the last completion; `pid` is the engine's process."""
    async with RestEngine(EngineConnection(url, f"limit-{tenant}", tenant), SystemClock()) as engine:
        await engine.admin.deploy("bench", {"sequence.bpmn": model})
        before, others, began = spent(pid), busy() - own(), time.monotonic()
        await start_all(engine, instances)
        done = 0
        while fetched := await engine.fetch([TOPIC], limit=100, lease=_LEASE, wait=timedelta()):
            await _complete(engine, fetched)
            done += len(fetched)
        seconds = time.monotonic() - began
        used = spent(pid).since(before).cpu
        return Limit(done / seconds, used / done * 1000, (busy() - own() - others - used) / seconds)


async def start_all(engine: RestEngine, instances: int) -> None:
    slots = asyncio.Semaphore(AT_ONCE)
    values = {name: typed("значение") for name in ("first", "second", "third")}

    async def one() -> None:
        async with slots:
            await engine.admin.start("sequence", values)

    await asyncio.gather(*(one() for _ in range(instances)))


async def _complete(engine: RestEngine, fetched: list[Fetched]) -> None:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(task: Fetched) -> None:
        names = ("bitrix_task_id", "bitrix_task_title", "bitrix_task_status")
        values = {name: typed("1") for name in names} | {"question": typed("ok")}
        async with slots:
            await engine.settle(task.task, Completed(values))

    await asyncio.gather(*(one(task) for task in fetched))
