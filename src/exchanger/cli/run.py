"""`exchanger run`: службы установки."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

import typer

from exchanger.cli.console_service import serve_console
from exchanger.cli.serving import stop_on_signals, until_stopped
from exchanger.cli.sync_service import serve_diagrams
from exchanger.ops.journal import kept_journal
from exchanger.ops.notices import kept_notices
from exchanger.ops.readings import Depths, queues_of, read, told
from exchanger.settings import Settings, load_settings
from exchanger.telemetry.log import log, setup_logging
from exchanger.telemetry.metrics import Metrics
from exchanger.telemetry.summary import status_line, summarise
from exchanger.web.health import serve
from exchanger.web.hooks import application
from exchanger.web.site import open_site
from exchanger.wiring import EVERYTHING, Exchanger, OwnService, Plan, Service, assemble, hooks_of

ALL_IN_ONE = "exchanger"
"""Имя журнала, когда все службы в одном процессе."""


def run(
    service: Annotated[
        Service | None, typer.Argument(help="Служба; без имени — все службы в одном процессе.", show_default=False)
    ] = None,
    modules: Annotated[
        list[str] | None,
        typer.Option("-m", "--module", help="Модуль с функциями для процессов; только для python-services."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(help="Имя своей службы: её очередь и вахта; без него — по первому модулю.", show_default=False),
    ] = None,
) -> None:
    """Запустить службы и работать, пока не остановят (SIGINT, SIGTERM).

    Пример: EXCHANGER_ENV=dev exchanger run task-creator; exchanger run python-services -m billing.prices
    """
    if (modules or name) and service is not Service.PYTHON_SERVICES:
        raise typer.BadParameter("-m и --name относятся только к службе python-services")
    settings = load_settings()
    installation = settings.installation
    own = OwnService.of(tuple(modules or ()), name) if service is Service.PYTHON_SERVICES else None
    label = own.name if own is not None else service or ALL_IN_ONE
    setup_logging(installation.environment, label, settings.logs_directory, settings.log.level)
    for warning in settings.warnings:
        log.warning("замечание к настройкам", setting=warning)
    if service is Service.CAMUNDA_SYNC:
        start(serve_diagrams(settings))
        return
    if service is Service.CONSOLE:
        start(serve_console(settings))
        return
    services = frozenset({service}) if service else EVERYTHING
    start(serve_until_stopped(settings, Plan(services=services, own=own), label))


def start(main: Coroutine[None, None, None]) -> None:
    """Выполнить на uvloop, где он есть."""
    if sys.platform == "win32":
        asyncio.run(main)
        return
    import uvloop  # noqa: PLC0415 - not installed on Windows

    uvloop.run(main)


async def serve_until_stopped(settings: Settings, plan: Plan, label: str = ALL_IN_ONE) -> None:
    """Собрать установку, сообщить о готовности, работать до сигнала, остановиться без потерь."""
    stop = stop_on_signals()
    async with AsyncExitStack() as stack:
        exchanger = await stack.enter_async_context(assemble(settings, plan))
        health, bus = exchanger.context.health, exchanger.context.bus
        depths = Depths(bus, exchanger.context.clock, queues_of(settings.broker, exchanger.systems))
        await stack.enter_async_context(_pages(settings, exchanger, depths))
        if Service.CAMUNDA_WORKER in plan.services:  # one writer on a host, as a rule; two do no harm
            await stack.enter_async_context(kept_journal(settings, exchanger))
        await stack.enter_async_context(kept_notices(settings, exchanger, label))
        kind = "RabbitMQ" if settings.broker.configured else "память процесса"
        log.info("службы запущены", services=",".join(sorted(plan.services)), bus=kind)
        works = [exchanger.run(), _summary(settings, exchanger)]
        if settings.metrics.listen_on is not None:
            works.append(depths.follow())
        await until_stopped(works, lambda: status_line(health, bus.state()), stop)
    log.info("остановлено")


@asynccontextmanager
async def _pages(settings: Settings, exchanger: Exchanger, depths: Depths) -> AsyncIterator[None]:
    """Open what the settings ask for: health with numbers, and the door of the systems' webhooks."""
    context = exchanger.context
    environment = settings.installation.environment
    async with AsyncExitStack() as stack:
        if (port := settings.metrics.listen_on) is not None:
            metrics = Metrics(lambda: read(exchanger, environment, depths.known))
            address = await stack.enter_async_context(serve(context.health, port, metrics.text))
            log.info(
                "страницы здоровья и метрик открыты", health=f"{address}/health/ready", metrics=f"{address}/metrics"
            )
        if settings.hooks.port is not None:
            app = application(hooks_of(settings), context.bus.emit, context.clock)
            address = await stack.enter_async_context(open_site(app, settings.hooks.port, settings.hooks.host))
            log.info("уведомления систем принимаются", address=f"{address}/hooks/")
        yield


def _summary(settings: Settings, exchanger: Exchanger) -> Coroutine[None, None, None]:
    context = exchanger.context
    every = settings.log.statistics_interval
    return summarise(every, context.clock, context.health, context.bus.state, lambda: told(exchanger))
