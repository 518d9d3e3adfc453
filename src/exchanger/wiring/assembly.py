"""Сборка служб: роли над движком, шиной и системами."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.connect import OpenSystem
from exchanger.domain.policy import Retries
from exchanger.domain.reconcile import Rules
from exchanger.engine.client import RestEngine
from exchanger.engine.diagrams import DiagramCache
from exchanger.ports import Bus
from exchanger.roles.context import Context, Installation
from exchanger.roles.duty import Duty
from exchanger.roles.responder import Responder
from exchanger.roles.tracker import Pace
from exchanger.roles.worker import Window, Worker
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.counts import EventCounts
from exchanger.telemetry.health import Health
from exchanger.telemetry.log import log
from exchanger.wiring.connections import engine_connection, locks_of, names_of, open_bus
from exchanger.wiring.python import OwnService, alone
from exchanger.wiring.registry import Broken
from exchanger.wiring.service import EVERYTHING, Service
from exchanger.wiring.systems import open_all, plugin_of, routing_of, rules_of

_FIRST_CONNECTION = 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Что собрать: службы, темп наблюдения и правила сверки по системам (пусто — обычные).

    `own` — процесс одной службы Python: сам берёт её задачи и выполняет, отвечает движку camunda-worker.
    """

    services: frozenset[Service] = EVERYTHING
    pace: Pace | None = None
    rules: Mapping[str, Rules] = field(default_factory=dict)
    own: OwnService | None = None


@dataclass(frozen=True, slots=True)
class Exchanger:
    """Собранная установка."""

    context: Context
    engine: RestEngine
    systems: tuple[OpenSystem, ...]
    roles: tuple[Worker | Responder | Duty, ...]
    counts: EventCounts
    broken: tuple[Broken, ...] = ()

    async def run(self) -> None:
        """Работать, пока не остановят."""
        await self._broker_at_first()
        async with asyncio.TaskGroup() as group:
            for role in self.roles:
                group.create_task(role.run())

    async def _broker_at_first(self) -> None:
        """A broker that answers within a moment is not an outage of the start; one that does not is met on the way."""
        if isinstance(self.context.bus, RabbitBus):
            with suppress(TimeoutError):
                async with asyncio.timeout(_FIRST_CONNECTION):
                    await self.context.bus.connected()


@asynccontextmanager
async def assemble(settings: Settings, plan: Plan = Plan(), bus: Bus | None = None) -> AsyncIterator[Exchanger]:
    """Собрать установку по настройкам. К внешним системам не обращается: они могут быть и недоступны.

    `bus` — уже открытая шина (песочница и тесты); иначе она выбирается по настройкам.
    """
    clock = SystemClock()
    settings = settings if plan.own is None else alone(settings, plan.own)
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(RestEngine(engine_connection(settings.engine), clock))
        if bus is None:
            bus = await stack.enter_async_context(open_bus(settings, plan.services, clock))
        counts = EventCounts()
        context = Context(
            installation=Installation(settings.installation.name, settings.engine.engine_name),
            engine=engine,
            diagrams=DiagramCache(engine.diagram, clock, ttl=settings.diagrams.ttl, size=settings.diagrams.max_size),
            bus=bus,
            clock=clock,
            health=Health(),
            locks=locks_of(settings.engine),
            retries=Retries(settings.retry.attempts, settings.retry.delay),
            names=names_of(settings.broker),
            call_limit=settings.python.call_limit,
            listener=counts.add,
        )
        opened = await stack.enter_async_context(open_all(settings, clock, plan.own))
        roles = tuple(roles_of(settings, plan, context, opened.systems))
        yield Exchanger(context, engine, opened.systems, roles, counts, opened.broken)


def roles_of(
    settings: Settings, plan: Plan, context: Context, systems: Iterable[OpenSystem]
) -> Iterable[Worker | Responder | Duty]:
    """Роли служб плана над открытыми системами."""
    systems = list(systems)
    routing = routing_of(settings, systems)
    window = Window(per_fetch=settings.engine.max_tasks)
    if Service.CAMUNDA_WORKER in plan.services:
        yield Responder(context)
    for system in systems:
        if plan.services & {Service.CAMUNDA_WORKER, Service.PYTHON_SERVICES}:
            topics = routing.topics(system.name, system.topics)
            if topics:
                yield Worker(context, system.name, topics, settings.engine.poll, window)
            else:
                log.warning("у системы ничего не включено, её задачи не выбираются", system=system.name)
        if plan.services & {Service.TASK_CREATOR, Service.PYTHON_SERVICES}:
            pace = plan.pace or Pace(poll=_poll(settings, system.name).total_seconds())
            rules = plan.rules.get(system.name) or rules_of(settings, system.name)
            yield Duty(context, system, rules, pace)


def _poll(settings: Settings, system: str) -> timedelta:
    plugin = plugin_of(system)
    return settings.bitrix.poll_interval if plugin is None else plugin.poll(settings)
