"""Системы установки: открыть включённые; сломанная чужая останавливает только себя."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from exchanger.connect import Hook, OpenSystem, Plugin
from exchanger.domain.policy import CancelPolicy
from exchanger.domain.reconcile import Rules
from exchanger.domain.routing import TOPICS, Routing
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.systems.python import open_services
from exchanger.telemetry.log import log
from exchanger.telemetry.redact import redact
from exchanger.wiring.connections import locks_of
from exchanger.wiring.python import OwnService, python_options
from exchanger.wiring.registry import Broken, Registry, is_built_in


@dataclass(frozen=True, slots=True)
class Opened:
    """Что открылось и что нет."""

    systems: tuple[OpenSystem, ...]
    broken: tuple[Broken, ...] = ()


def enabled(settings: Settings) -> tuple[list[Plugin], list[Broken]]:
    """Входы включённых систем."""
    installation = settings.installation
    return Registry.installed().enabled(installation.systems, installation.topics)


def topics_given(settings: Settings, system: str) -> list[str]:
    """Темы, которые системе дали настройки."""
    return [topic for topic, named in settings.installation.topics.items() if named == system]


@asynccontextmanager
async def open_all(settings: Settings, clock: Clock, own: OwnService | None = None) -> AsyncIterator[Opened]:
    """Открыть; к самим системам не обращается."""
    async with AsyncExitStack() as stack:
        if own is not None:
            services = open_services(python_options(settings, own), clock, topics_given(settings, own.name))
            yield Opened((await stack.enter_async_context(services),))
            return
        plugins, broken = enabled(settings)
        systems: list[OpenSystem] = []
        for each in plugins:
            opened = await _opened(each, settings, clock, stack)
            (systems if isinstance(opened, OpenSystem) else broken).append(opened)  # type: ignore[arg-type]
        for fault in broken:
            log.error("система не обслуживается", system=fault.name, reason=fault.why)
        yield Opened(tuple(systems), tuple(broken))


async def _opened(each: Plugin, settings: Settings, clock: Clock, stack: AsyncExitStack) -> OpenSystem | Broken:
    topics = topics_given(settings, each.name)
    if is_built_in(each.name):
        return await stack.enter_async_context(each.open(settings, clock, topics))
    try:
        return await stack.enter_async_context(each.open(settings, clock, topics))
    except Exception as error:  # noqa: BLE001 - an author's code may raise anything; it stops only its own system
        return Broken(each.name, f"не открылась: {redact(f'{type(error).__name__}: {error}')}")


@asynccontextmanager
async def open_systems(
    settings: Settings, clock: Clock, own: OwnService | None = None
) -> AsyncIterator[tuple[OpenSystem, ...]]:
    """Системы, которые можно обслуживать; к ним самим не обращается."""
    async with open_all(settings, clock, own) as opened:
        yield opened.systems


def routing_of(settings: Settings, systems: Iterable[OpenSystem | Plugin]) -> Routing:
    """Темы по системам: встроенные, объявленные кодом систем, сверху — настройки."""
    declared = {topic: system.name for system in systems for topic in system.topics if topic not in TOPICS}
    return Routing({**declared, **settings.installation.topics})


def plugin_of(system: str) -> Plugin | None:
    """Вход системы по имени; None — у своей службы Python и сломанной его нет."""
    registry = Registry.installed()
    found = registry.load(system) if system in registry.names else None
    return found if isinstance(found, Plugin) else None


def rules_of(settings: Settings, system: str) -> Rules:
    """Правила сверки системы по настройкам."""
    plugin = plugin_of(system)
    return Rules(
        locks=locks_of(settings.engine),
        cancel=CancelPolicy.COMMENT if plugin is None else plugin.cancel(settings),
        answer_clears_incident=settings.installation.answer_clears_incident,
    )


def hooks_of(settings: Settings) -> tuple[Hook, ...]:
    """Входы для уведомлений: по одному на систему, чья тайна задана."""
    plugins, _ = enabled(settings)
    return tuple(hook for each in plugins if (hook := each.hook(settings)) is not None)
