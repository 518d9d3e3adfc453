"""Соединения и имена по настройкам: движок, шина, топология."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import timedelta
from pathlib import Path

from exchanger.bus.memory import MemoryBus
from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.bus.topology import Kinds, Topology, topology
from exchanger.domain.errors import ConfigError
from exchanger.domain.policy import Locks
from exchanger.domain.routing import TOPICS
from exchanger.engine.connection import Basic, Bearer, EngineConnection
from exchanger.ports import Bus, Clock
from exchanger.settings import BrokerSettings, EngineSettings, Settings, ssl_context
from exchanger.wire.names import Names
from exchanger.wiring.registry import Registry
from exchanger.wiring.service import EVERYTHING, Service

# The engine locks tasks for a poll whose caller is gone: they would stand still for a whole lease. So a stopping
# service outlives its last poll, yet ends within the ten seconds that operators expect.
_POLL_ANSWER = timedelta(seconds=0.5)
_LONGEST_STOP = timedelta(seconds=9)


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
    return topology(settings.installation.systems, names_of(broker), kinds, routes_of(settings))


def routes_of(settings: Settings) -> dict[str, str]:
    """Тема → система: что объявляет код включённых систем, темы существующих установок, сверху — настройки."""
    installation = settings.installation
    registry = Registry.installed()
    known = [name for name in installation.systems if name in registry.names]  # a service of its own is no plug-in
    plugins, _ = registry.enabled(known, installation.topics)
    declared = {topic: each.name for each in plugins for topic in each.topics}
    return {**declared, **TOPICS, **installation.topics}


def broker_connection(settings: BrokerSettings) -> BrokerConnection:
    """Соединение с брокером по настройкам."""
    tls = ssl_context(settings.ca_file, verify=settings.verify_tls) if settings.encrypted else None
    connection = BrokerConnection.from_url(settings.amqp_url().get_secret_value(), ssl=tls)
    return dataclasses.replace(
        connection, queue_type=settings.queue_type, heartbeat=round(settings.heartbeat.total_seconds())
    )


def locks_of(settings: EngineSettings) -> Locks:
    """Аренда и долгий запор по настройкам."""
    return Locks(settings.lease, settings.lock_duration)
