"""Системы установки: каждая открывается сама по себе и говорит о себе своей самопроверкой."""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import AsyncExitStack

from exchanger.connect import OpenSystem, Severity
from exchanger.domain.errors import ExchangerError
from exchanger.ops.doctor.finding import Code, Diagnosis, Section, error, failed
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.telemetry.redact import redact
from exchanger.wiring import Broken
from exchanger.wiring.systems import open_all

PATIENCE = 60.0
"""Секунд на самопроверку одной системы."""


async def open_each(
    settings: Settings, clock: Clock, stack: AsyncExitStack
) -> tuple[list[OpenSystem], dict[str, Section]]:
    """Открыть все, какие открываются; о прочих — готовые разделы по имени."""
    systems: list[OpenSystem] = []
    broken: dict[str, Section] = {}
    for name in settings.installation.systems:
        try:
            opened = await stack.enter_async_context(open_all(_only(settings, name), clock))
        except ExchangerError as cause:
            broken[name] = Section(f"Система {name}", (failed(Code.SYSTEM_BROKEN, cause),))
            continue
        systems += opened.systems
        broken |= {fault.name: _broken(fault) for fault in opened.broken}
    return systems, broken


async def examine_system(system: OpenSystem) -> Section:
    """Самопроверка системы, с пределом времени."""
    return Section.of(f"Система {system.name}", await _checked(system))


async def _checked(system: OpenSystem) -> list[Diagnosis]:
    try:
        async with asyncio.timeout(PATIENCE):
            return list(Section.of("", await system.check()).findings)
    except ExchangerError as cause:
        return [failed(Code.SYSTEM_SILENT, cause)]
    except TimeoutError:
        return [error(Code.SYSTEM_SILENT, f"Нет ответа за {PATIENCE:g} с.", "проверьте адрес и сеть.")]
    except Exception as cause:  # noqa: BLE001 - an author's probe may raise anything; the other parts are still examined
        what = redact(f"Самопроверка сломалась: {type(cause).__name__}: {cause}")
        return [error(Code.SYSTEM_BROKEN, what, "исправьте самопроверку системы.")]


def _only(settings: Settings, name: str) -> Settings:
    installation = settings.installation.model_copy(update={"systems": (name,)})
    return dataclasses.replace(settings, installation=installation)


def _broken(fault: Broken) -> Section:
    what = f"Не обслуживается: {fault.why}"
    found = Diagnosis(Severity.ERROR, what, fault.remedy, Code.SYSTEM_BROKEN)
    return Section(f"Система {fault.name}", (found,))
