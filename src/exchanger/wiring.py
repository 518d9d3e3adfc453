"""Единственное место, где выбирают реализации портов и собирают службы."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from exchanger.bus.memory import MemoryBus
from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.bus.topology import Kinds, Topology, topology
from exchanger.connect import Hook, OpenSystem
from exchanger.domain.errors import ConfigError
from exchanger.domain.policy import CancelPolicy, Locks, Retries
from exchanger.domain.reconcile import Rules
from exchanger.domain.routing import TOPICS, Routing
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import Basic, Bearer, EngineConnection
from exchanger.engine.diagrams import DiagramCache
from exchanger.ports import Bus, Clock
from exchanger.roles.context import Context, Installation
from exchanger.roles.duty import Duty
from exchanger.roles.responder import Responder
from exchanger.roles.tracker import Pace
from exchanger.roles.worker import Window, Worker
from exchanger.settings import (
    BitrixSettings,
    BrokerSettings,
    EngineSettings,
    OpenProjectSettings,
    Settings,
    ssl_context,
)
from exchanger.systems import bitrix24, openproject
from exchanger.systems.bitrix24.hooks import hook as bitrix_hook
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.openproject.settings import ApiKey, KeyScheme, OAuthClient, OpenProjectOptions
from exchanger.systems.python import NAME as PYTHON
from exchanger.systems.python import open_services
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.counts import EventCounts
from exchanger.telemetry.health import Health
from exchanger.telemetry.log import log
from exchanger.wire.names import Names
from exchanger.wiring_python import OwnService, alone, python_options

# The engine locks tasks for a poll whose caller is gone: they would stand still for a whole lease. So a stopping
# service outlives its last poll, yet ends within the ten seconds that operators expect.
_POLL_ANSWER = timedelta(seconds=0.5)
_LONGEST_STOP = timedelta(seconds=9)
_FIRST_CONNECTION = 3.0


class Service(StrEnum):
    """Службы; имена знают операторы."""

    CAMUNDA_WORKER = "camunda-worker"
    TASK_CREATOR = "task-creator"
    PYTHON_SERVICES = "python-services"


EVERYTHING = frozenset({Service.CAMUNDA_WORKER, Service.TASK_CREATOR})


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
        systems = await stack.enter_async_context(open_systems(settings, clock, plan.own))
        yield Exchanger(context, engine, systems, tuple(_roles(settings, plan, context, systems)), counts)


@asynccontextmanager
async def open_systems(
    settings: Settings, clock: Clock, own: OwnService | None = None
) -> AsyncIterator[tuple[OpenSystem, ...]]:
    """Системы установки; к ним самим не обращается."""
    async with AsyncExitStack() as stack:
        yield tuple([await stack.enter_async_context(opened) for opened in _systems(settings, clock, own)])


def engine_connection(settings: EngineSettings) -> EngineConnection:
    """Соединение с движком по настройкам."""
    auth: Basic | Bearer | None = None
    if settings.auth_enabled and settings.auth_token is not None:
        auth = Bearer(settings.auth_token.get_secret_value())
    elif settings.auth_enabled and settings.auth_username and settings.auth_password is not None:
        auth = Basic(settings.auth_username, settings.auth_password.get_secret_value())
    return EngineConnection(
        base_url=settings.rest_url,
        worker_id=settings.worker_id,
        tenant_id=settings.tenant_id,
        auth=auth,
        tls=ssl_context(settings.ca_file, verify=settings.verify_tls),
        engine_name=settings.engine_name,
        request_timeout=settings.http_timeout,
        poll_margin=settings.poll_margin,
        close_grace=min(settings.poll + _POLL_ANSWER, _LONGEST_STOP),
    )


def open_bus(settings: Settings, services: Iterable[Service], clock: Clock) -> AbstractAsyncContextManager[Bus]:
    """Шина: RabbitMQ, если он настроен, иначе память этого процесса (тогда все службы — в нём)."""
    layout = layout_of(settings)
    if settings.broker.configured:
        return RabbitBus(broker_connection(settings.broker), layout=layout, clock=clock)
    if set(services) != EVERYTHING:
        raise ConfigError(
            "Отдельным службам нужен RabbitMQ, а он не настроен.",
            remedy="Задайте RABBITMQ_HOST (или RABBITMQ_URL) либо запустите всё в одном процессе: exchanger run.",
        )
    return nullcontext(MemoryBus(layout=layout, clock=clock, locks=flags_directory(settings)))


def flags_directory(settings: Settings) -> Path:
    """Каталог вахт и знаков шины в памяти."""
    return Path(settings.logs_directory) / settings.installation.environment / "terms"


def names_of(settings: BrokerSettings) -> Names:
    """Имена обменников и очередей по настройкам."""
    return Names(
        tasks=settings.tasks_exchange,
        unrouted=settings.alternate_exchange,
        responses=settings.responses_exchange,
        responses_queue=settings.responses_queue,
    )


def layout_of(settings: Settings) -> Topology:
    """Топология брокера по настройкам."""
    broker = settings.broker
    kinds = Kinds(broker.tasks_exchange_type, broker.alternate_exchange_type, broker.responses_exchange_type)
    routes = {**TOPICS, **settings.installation.topics}
    return topology(settings.installation.systems, names_of(broker), kinds, routes)


def broker_connection(settings: BrokerSettings) -> BrokerConnection:
    """Соединение с брокером по настройкам."""
    tls = ssl_context(settings.ca_file, verify=settings.verify_tls) if settings.encrypted else None
    connection = BrokerConnection.from_url(settings.amqp_url().get_secret_value(), ssl=tls)
    return dataclasses.replace(
        connection, queue_type=settings.queue_type, heartbeat=round(settings.heartbeat.total_seconds())
    )


def bitrix_options(settings: BitrixSettings) -> BitrixOptions:
    """Портал Bitrix24 по настройкам."""
    return BitrixOptions(
        webhook_url=settings.webhook(),
        done_statuses=frozenset(settings.done_statuses),
        default_responsible_id=settings.default_responsible_id,
        default_priority=settings.default_priority,
        timeout=settings.request_timeout.total_seconds(),
        max_description_length=settings.max_description_length,
        requests_per_second=settings.requests_per_second,
        burst=settings.burst,
        poll_interval=settings.poll_interval,
        quarantine=settings.quarantine,
        tls=ssl_context(settings.ca_file, verify=settings.verify_tls),
        link_base=str(settings.link_base) if settings.link_base else None,
        time_zone=settings.portal_time_zone,
        result_grace=settings.result_grace,
    )


def hooks_of(settings: Settings) -> tuple[Hook, ...]:
    """Входы для уведомлений: по одному на систему, чья тайна задана."""
    tokens = settings.bitrix.tokens()
    served = bitrix24.SYSTEM.name in settings.installation.systems
    return (bitrix_hook(tokens),) if tokens and served else ()


def openproject_options(settings: OpenProjectSettings) -> OpenProjectOptions:
    """Экземпляр OpenProject по настройкам."""
    app = settings.oauth()
    return OpenProjectOptions(
        url=settings.address(),
        login=OAuthClient(*app) if app else ApiKey(settings.key(), KeyScheme(settings.key_scheme)),
        projects=settings.searched,
        key_field=settings.key_field,
        refused_statuses=frozenset(name.casefold() for name in settings.refused_statuses),
        default_type=settings.default_type,
        default_assignee=settings.default_assignee,
        notify=settings.notify,
        validate=settings.validate_first,
        timeout=settings.request_timeout.total_seconds(),
        requests_per_second=settings.requests_per_second,
        burst=settings.burst,
        quarantine=settings.quarantine,
        tls=ssl_context(settings.ca_file, verify=settings.verify_tls),
        link_base=str(settings.link_base) if settings.link_base else None,
    )


def _systems(settings: Settings, clock: Clock, own: OwnService | None) -> list[AbstractAsyncContextManager[OpenSystem]]:
    configured = settings.installation.topics

    def extra(system: str) -> list[str]:
        return [topic for topic, named in configured.items() if named == system]

    portal, desk = bitrix24.SYSTEM, openproject.SYSTEM
    known = {
        portal.name: lambda: portal.open(bitrix_options(settings.bitrix), clock, extra(portal.name)),
        desk.name: lambda: desk.open(openproject_options(settings.openproject), clock, extra(desk.name)),
        PYTHON: lambda: open_services(python_options(settings), clock, extra(PYTHON)),
    }
    if own is not None:
        return [open_services(python_options(settings, own), clock, extra(own.name))]
    unknown = [name for name in settings.installation.systems if name not in known]
    if unknown:
        raise ConfigError(
            f"Системы {', '.join(unknown)} этой версии неизвестны.",
            remedy=f"Исправьте EXCHANGER_SYSTEMS; известны: {', '.join(sorted(known))}.",
        )
    return [known[name]() for name in settings.installation.systems]


def _roles(
    settings: Settings, plan: Plan, context: Context, systems: Iterable[OpenSystem]
) -> Iterable[Worker | Responder | Duty]:
    systems = list(systems)
    routing = Routing({**_declared(systems), **settings.installation.topics})
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
            pace = plan.pace or Pace(poll=_poll_of(settings, system.name).total_seconds())
            rules = plan.rules.get(system.name) or rules_of(settings, system.name)
            yield Duty(context, system, rules, pace)


def _declared(systems: Iterable[OpenSystem]) -> dict[str, str]:
    """Topics that only their own code names: an author's functions are served without a setting."""
    return {topic: system.name for system in systems for topic in system.topics if topic not in TOPICS}


def rules_of(settings: Settings, system: str) -> Rules:
    """Правила сверки системы по настройкам."""
    policies = {
        bitrix24.SYSTEM.name: settings.bitrix.cancel_policy,
        openproject.SYSTEM.name: settings.openproject.cancel_policy,
    }
    return Rules(
        locks=locks_of(settings.engine),
        cancel=CancelPolicy(policies.get(system, CancelPolicy.COMMENT)),
        answer_clears_incident=settings.installation.answer_clears_incident,
    )


def locks_of(settings: EngineSettings) -> Locks:
    """Аренда и долгий запор по настройкам."""
    return Locks(settings.lease, settings.lock_duration)


def _poll_of(settings: Settings, system: str) -> timedelta:
    if system == openproject.SYSTEM.name:
        return settings.openproject.poll_interval
    return settings.bitrix.poll_interval
