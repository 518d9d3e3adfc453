"""Самопроверка установки: настройки, движок, брокер, системы. У каждой находки сказано, что делать."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.bus.rabbitmq.declare import AS_EXPECTED
from exchanger.bus.rabbitmq.link import UP
from exchanger.connect import Finding, OpenSystem, Severity
from exchanger.domain.errors import ExchangerError
from exchanger.ops.routes import topics
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.redact import redact
from exchanger.wiring import Broken, Exchanger, assemble
from exchanger.wiring.systems import open_all

_SKEW = timedelta(seconds=30)
_PATIENCE = 15.0
_MARKS = {Severity.OK: "✓", Severity.WARNING: "!", Severity.ERROR: "✗"}
_GOOD = (UP, AS_EXPECTED)


@dataclass(frozen=True, slots=True)
class Section:
    """Часть установки и её находки."""

    title: str
    findings: tuple[Finding, ...]

    @property
    def worst(self) -> Severity:
        """Худшая находка."""
        return max((finding.severity for finding in self.findings), default=Severity.OK)

    def text(self) -> str:
        """Словами для терминала."""
        lines = [self.title]
        for finding in self.findings:
            lines.append(f"  {_MARKS[finding.severity]} {finding.what}")
            if finding.remedy:
                lines.append(f"      что делать: {finding.remedy}")
        return "\n".join(lines)


async def examine(settings: Settings) -> AsyncIterator[Section]:
    """Проверить всё по очереди; недоступная часть — находка, а не конец проверки."""
    yield Section("Настройки", tuple(_settings(settings)))
    async with assemble(settings) as exchanger:
        yield Section("Движок", tuple(await _engine(exchanger)))
        yield Section("Брокер", tuple(await _broker(exchanger)))
        yield Section("Темы", tuple(await topics(exchanger, settings)))
        for system in exchanger.systems:
            yield Section(f"Система {system.name}", tuple(await _system(system)))
        for fault in exchanger.broken:
            yield _broken(fault)


async def examine_systems(settings: Settings, only: str | None = None) -> AsyncIterator[Section]:
    """Проверить системы (или одну); движок и брокер не спрашиваются."""
    async with open_all(settings, SystemClock()) as opened:
        for system in opened.systems:
            if only in {None, system.name}:
                yield Section(f"Система {system.name}", tuple(await _system(system)))
        for fault in opened.broken:
            if only in {None, fault.name}:
                yield _broken(fault)


def _broken(fault: Broken) -> Section:
    what = f"Не обслуживается: {fault.why}"
    return Section(f"Система {fault.name}", (Finding(Severity.ERROR, what, fault.remedy),))


def _settings(settings: Settings) -> Iterator[Finding]:
    for warning in settings.warnings:
        yield Finding(Severity.WARNING, warning)
    if not settings.warnings:
        yield Finding(Severity.OK, f"Среда {settings.installation.environment}: замечаний нет.")


async def _engine(exchanger: Exchanger) -> list[Finding]:
    engine = exchanger.engine
    try:
        version = await engine.admin.version()
        topics = [topic for system in exchanger.systems for topic in system.topics]
        held = sum([len(page) async for page in engine.held(topics)])
    except ExchangerError as error:
        return [_failed(error)]
    findings = [Finding(Severity.OK, f"Версия {version}; за работником {engine.worker_id} числится задач: {held}.")]
    now = engine.now()
    skew = abs(now - exchanger.context.clock.now()) if now is not None else timedelta()
    if skew > _SKEW:
        seconds = round(skew.total_seconds())
        remedy = "включите синхронизацию времени на обеих машинах."
        findings.append(Finding(Severity.WARNING, f"Часы движка и этой машины расходятся на {seconds} с.", remedy))
    return findings


async def _broker(exchanger: Exchanger) -> list[Finding]:
    bus = exchanger.context.bus
    if not isinstance(bus, RabbitBus):
        text = "RabbitMQ не настроен: работает шина в памяти одного процесса."
        return [Finding(Severity.WARNING, text, "для отдельных служб задайте RABBITMQ_HOST или RABBITMQ_URL.")]
    try:
        async with asyncio.timeout(_PATIENCE):
            await bus.connected()
    except TimeoutError:
        return [Finding(Severity.ERROR, f"{part}: {said}") for part, said in bus.state().items() if said not in _GOOD]
    return [
        Finding(Severity.OK if said in _GOOD else Severity.WARNING, f"{part}: {said}")
        for part, said in bus.state().items()
    ]


async def _system(system: OpenSystem) -> list[Finding]:
    try:
        async with asyncio.timeout(_PATIENCE * 4):
            return await system.check()
    except ExchangerError as error:
        return [_failed(error)]
    except TimeoutError:
        remedy = "проверьте адрес и сеть."
        return [Finding(Severity.ERROR, f"Нет ответа за {_PATIENCE * 4:g} с.", remedy)]
    except Exception as error:  # noqa: BLE001 - an author's probe may raise anything; the other parts are still examined
        what = redact(f"Самопроверка сломалась: {type(error).__name__}: {error}")
        return [Finding(Severity.ERROR, what, "исправьте самопроверку системы.")]


def _failed(error: ExchangerError) -> Finding:
    return Finding(Severity.ERROR, str(error).partition(" Что делать:")[0], error.remedy)
