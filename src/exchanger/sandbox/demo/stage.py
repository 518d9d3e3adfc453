"""Сцена: части запущены, установка собрана, процесс развёрнут."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, cast

from exchanger.bus.events import Listener
from exchanger.engine.admin import EngineAdmin
from exchanger.engine.client import RestEngine
from exchanger.ports import Bus
from exchanger.roles.tracker import Pace
from exchanger.sandbox.bitrix24 import Portal
from exchanger.sandbox.demo.environment import environment
from exchanger.sandbox.demo.ledger import Ledger
from exchanger.sandbox.demo.meter import MeteredBus
from exchanger.sandbox.demo.options import DemoOptions
from exchanger.sandbox.demo.parts import Parts, open_parts
from exchanger.sandbox.demo.scenario import diagrams
from exchanger.sandbox.demo.screen import Screen
from exchanger.sandbox.demo.vhost import require_free
from exchanger.settings import Settings, load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.log import setup_logging
from exchanger.wiring import EVERYTHING, Exchanger, Plan, assemble, engine_connection, open_bus

_PACE = Pace(poll=1.0, walk=15.0, sweep=30.0)  # a person at the stand should not wait minutes for "deleted"
_LOG = "demo"


class _Heard(Bus, Protocol):
    """What both buses can do beyond the port."""

    def subscribe(self, listener: Listener) -> AbstractAsyncContextManager[None]: ...


@dataclass(frozen=True, slots=True)
class Stage:
    """Всё для показа. `admin` ходит к движку мимо счётчика."""

    options: DemoOptions
    parts: Parts
    settings: Settings
    exchanger: Exchanger
    bus: MeteredBus
    ledger: Ledger
    admin: EngineAdmin

    @property
    def portal(self) -> Portal:
        """Портал стенда."""
        return self.parts.portal.portal

    @property
    def log_file(self) -> str:
        """Журнал показа; живёт, пока открыта сцена."""
        return str(self.settings.logs_directory / "dev" / f"{_LOG}.log")


@asynccontextmanager
async def set_stage(options: DemoOptions, screen: Screen, build: Callable[[], Portal]) -> AsyncIterator[Stage]:
    """Собрать сцену; на чужом движке после показа не остаётся незаконченных экземпляров."""
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(open_parts(options, screen, build))
        settings = _settings(options, parts)
        if options.rabbitmq_url is not None:
            await require_free(settings.broker)
        stack.callback(setup_logging, "dev", _LOG, None, "WARNING")
        setup_logging("dev", _LOG, settings.logs_directory, "INFO", stdout=False)
        clock = SystemClock()
        bus = cast("_Heard", await stack.enter_async_context(open_bus(settings, EVERYTHING, clock)))
        metered = MeteredBus(bus)
        ledger = Ledger(parts.portal.portal, screen.moment)
        parts.portal.portal.listeners.append(ledger.noticed)
        await stack.enter_async_context(bus.subscribe(ledger.heard))
        own = _settings(options, parts, metered=False).engine
        direct = await stack.enter_async_context(RestEngine(engine_connection(own), clock))
        screen.stage("Развёртывается процесс")
        await direct.admin.deploy("exchanger-demo", diagrams())
        if options.engine_url is not None:
            stack.push_async_callback(_clear, direct.admin, ledger)
        exchanger = await stack.enter_async_context(assemble(settings, Plan(pace=_PACE), metered))
        yield Stage(options, parts, settings, exchanger, metered, ledger, direct.admin)


def _settings(options: DemoOptions, parts: Parts, *, metered: bool = True) -> Settings:
    chosen = environment(
        options,
        parts.folder,
        engine_url=parts.metered_url if metered else parts.engine_url,
        webhook_url=parts.portal.webhook_url,
        rabbitmq_url=parts.rabbitmq_url,
        given=os.environ,
    )
    return load_settings(chosen, parts.folder)


async def _clear(admin: EngineAdmin, ledger: Ledger) -> None:
    for track in ledger.unfinished:
        await admin.delete(track.instance)
