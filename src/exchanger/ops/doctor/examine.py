"""Порядок самопроверки: от настроек к системам; недоступная часть — находка, а не конец проверки."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from exchanger.connect import OpenSystem, Severity
from exchanger.engine.client import RestEngine
from exchanger.ops.doctor.broker import examine_broker
from exchanger.ops.doctor.engine import examine_engine
from exchanger.ops.doctor.finding import Code, Section
from exchanger.ops.doctor.given import examine_settings, faults
from exchanger.ops.doctor.machine import Surroundings, examine_place, examine_services
from exchanger.ops.doctor.parts import examine_system, open_each
from exchanger.ops.routes import topics
from exchanger.settings import Settings, SettingsError, load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wiring import engine_connection


async def diagnose(
    environ: Mapping[str, str] = os.environ, cwd: Path | None = None, around: Surroundings | None = None
) -> AsyncIterator[Section]:
    """Прочитать настройки и проверить всё; негодные настройки — единственный раздел."""
    try:
        settings = load_settings(environ, cwd)
    except SettingsError as invalid:
        yield Section("Настройки", tuple(faults(invalid.faults)))
        return
    async for section in examine(settings, around):
        yield section


async def examine(settings: Settings, around: Surroundings | None = None) -> AsyncIterator[Section]:
    """Проверить всё по очереди."""
    around, clock = around or Surroundings(), SystemClock()
    yield Section("Настройки", tuple(examine_settings(settings)))
    yield Section("Службы", tuple(examine_services(settings, around)))
    yield Section("Диск и журнал", tuple(examine_place(settings, around)))
    yield Section("Движок", tuple(await examine_engine(settings, clock)))
    yield Section("Брокер", tuple(await examine_broker(settings)))
    async with AsyncExitStack() as stack:
        systems, broken = await open_each(settings, clock, stack)
        yield await _topics(settings, clock, systems)
        for system in systems:
            yield await examine_system(system)
        for section in broken.values():
            yield section


async def examine_systems(settings: Settings, only: str | None = None) -> AsyncIterator[Section]:
    """Проверить системы (или одну); движок и брокер не спрашиваются."""
    async with AsyncExitStack() as stack:
        systems, broken = await open_each(settings, SystemClock(), stack)
        for system in systems:
            if only in {None, system.name}:
                yield await examine_system(system)
        for name, section in broken.items():
            if only in {None, name}:
                yield section


async def _topics(settings: Settings, clock: SystemClock, systems: list[OpenSystem]) -> Section:
    async with RestEngine(engine_connection(settings.engine), clock) as engine:
        found = await topics(engine, systems, settings)
    unanswered = any(finding.severity is Severity.ERROR for finding in found)
    return Section.of("Темы", found, Code.ENGINE_UNREACHABLE if unanswered else Code.TOPIC_FORGOTTEN)
