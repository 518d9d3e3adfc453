"""Ход показа: запустить процессы, дождаться концов, подвести итог; при `keep` — остаться стоять."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from enum import IntEnum
from pathlib import Path
from typing import Any

from exchanger.sandbox.bitrix24 import Portal, at_work, default_portal
from exchanger.sandbox.demo import scenario
from exchanger.sandbox.demo.accounts import costs
from exchanger.sandbox.demo.cast import Cast, usual_cast
from exchanger.sandbox.demo.evidence import trials
from exchanger.sandbox.demo.interrupts import Interrupts
from exchanger.sandbox.demo.observer import Observer
from exchanger.sandbox.demo.options import DemoOptions
from exchanger.sandbox.demo.pages import pages
from exchanger.sandbox.demo.screen import Screen
from exchanger.sandbox.demo.stage import Stage, set_stage
from exchanger.sandbox.demo.summary import Summary
from exchanger.telemetry.health import Condition, Health

_FRAME = 0.25
_GAP = 0.8  # seconds between two starts, on the average, at the usual speed
_ON_DUTY = 60.0

HealthPage = Callable[[Health], AbstractAsyncContextManager[str]]
"""Открывает страницу здоровья и даёт её адрес."""


class Ending(IntEnum):
    """Чем кончилось: код выхода."""

    GOOD = 0
    BAD = 1
    INTERRUPTED = 130


async def show(
    options: DemoOptions,
    screen: Screen,
    health_page: HealthPage,
    *,
    build: Callable[[], Portal] = default_portal,
    cast: Cast = usual_cast,
) -> Ending:
    """Показать. GOOD — только если каждый процесс завершился как должен."""
    interrupts = Interrupts(screen.moment)
    with interrupts.caught():
        try:
            async with set_stage_drawn(options, screen, build) as stage:
                return await _perform(stage, screen, interrupts, health_page, cast)
        except asyncio.CancelledError:
            if not interrupts.asked:
                raise
            return Ending.INTERRUPTED


@asynccontextmanager
async def set_stage_drawn(options: DemoOptions, screen: Screen, build: Callable[[], Portal]) -> AsyncIterator[Stage]:
    """Сцена, подготовка которой видна на экране."""
    async with AsyncExitStack() as stack:
        async with _background(_draw(screen, None)):
            stage = await stack.enter_async_context(set_stage(options, screen, build))
        await stack.enter_async_context(_background(_draw(screen, stage)))
        yield stage


async def _draw(screen: Screen, stage: Stage | None) -> None:
    while True:
        screen.draw(None if stage is None else stage.ledger)
        await asyncio.sleep(_FRAME)


@asynccontextmanager
async def _background(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run beside the block; one that fails ends the block with its error."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


async def _perform(stage: Stage, screen: Screen, interrupts: Interrupts, health_page: HealthPage, cast: Cast) -> Ending:
    options, began = stage.options, time.monotonic()
    observer = Observer(stage.admin, stage.ledger, options.tenant)
    await observer.remember()
    async with AsyncExitStack() as stack:
        health = await stack.enter_async_context(health_page(stage.exchanger.context.health))
        await stack.enter_async_context(_background(stage.exchanger.run(), observer.run()))
        if options.people:
            await stack.enter_async_context(at_work(cast(stage.portal, stage.ledger, options)))
        if options.keep or options.patient:
            screen.pages(pages(stage, health))
        screen.stage("Роли принимают вахту")
        await _on_duty(stage.exchanger.context.health)
        await _start(stage)
        await _until_over(stage)
        summary = await _sum_up(stage, observer, began)
        screen.draw(stage.ledger)
        screen.summary(summary)
        if options.keep:
            screen.moment("стенд стоит, Ctrl-C — закончить")
            await interrupts.wait()
            summary = await _sum_up(stage, observer, began)
            screen.summary(summary)
        return _ending(stage, screen, summary)


async def _on_duty(health: Health) -> None:
    """Tasks older than the term would wait for the quarantine; a minute without a term is told by the summary."""
    deadline, duty = time.monotonic() + _ON_DUTY, health.part("duty:bitrix24")
    while duty.condition is not Condition.UP and time.monotonic() < deadline:  # noqa: ASYNC110 - health has no event
        await asyncio.sleep(_FRAME)


async def _start(stage: Stage) -> None:
    chance = random.Random(0)  # noqa: S311 - pauses of a show, not cryptography
    for number in range(stage.options.instances):
        name = scenario.business_key(number)
        instance = await stage.admin.start(scenario.PROCESS, scenario.variables(number), business_key=name)
        stage.ledger.started(instance, name, number)
        await asyncio.sleep(chance.uniform(0, 2 * _GAP) / stage.options.speed)


async def _until_over(stage: Stage) -> None:
    """All ended, or nothing can move any more, or the time is up; a person may take any time."""
    options, ledger = stage.options, stage.ledger
    deadline = time.monotonic() + options.limit.total_seconds()
    while waiting := [track for track in ledger.ours if not track.ended]:
        hopeless = all(track.incidents and not track.open for track in waiting)
        if not options.patient and (hopeless or time.monotonic() > deadline):
            return
        await asyncio.sleep(_FRAME)


async def _sum_up(stage: Stage, observer: Observer, began: float) -> Summary:
    await observer.look()
    await observer.inspect()
    return Summary(
        trials=trials(stage.portal, stage.ledger.ours),
        latencies=tuple(stage.ledger.latencies),
        costs=costs(stage.parts.meter, stage.portal, stage.bus),
        seconds=time.monotonic() - began,
    )


def _ending(stage: Stage, screen: Screen, summary: Summary) -> Ending:
    if summary.good:
        return Ending.GOOD
    kept = Path(tempfile.gettempdir()) / f"{stage.parts.folder.name}.log"
    shutil.copyfile(stage.log_file, kept)
    screen.moment(f"журнал показа: {kept}")
    return Ending.BAD
