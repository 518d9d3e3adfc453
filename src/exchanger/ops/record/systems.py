"""Какие системы записываются: чем обойти настоящую, чем стенд и что в сравнении у неё своё."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from exchanger.domain.errors import ConfigError
from exchanger.ops.record import tour_bitrix24, tour_onec, tour_openproject
from exchanger.ops.record.compare import Rules
from exchanger.ops.record.recording import Recorded
from exchanger.settings import Settings
from exchanger.systems import bitrix24, onec, openproject
from exchanger.telemetry.clock import SystemClock
from exchanger.wiring import bitrix_options, onec_options, openproject_options

Lines = Sequence[Recorded]


@dataclass(frozen=True, slots=True)
class Recordable:
    """Система: `record` обходит её по настройкам, `replay` — её стенд, похожий на записанное."""

    rules: Rules
    record: Callable[[Settings], Coroutine[Any, Any, Lines]]
    replay: Callable[[Lines], Coroutine[Any, Any, Lines]]


def recordable(name: str) -> Recordable:
    """Система по имени; `ConfigError` — записывать её нечем."""
    found = _SYSTEMS.get(name)
    if found is None:
        raise ConfigError(f"Записывать систему {name} нечем.", remedy=f"назовите одну из: {', '.join(_SYSTEMS)}.")
    return found


async def _bitrix24(settings: Settings) -> Lines:
    return await tour_bitrix24.record(bitrix_options(settings.bitrix), SystemClock())


async def _openproject(settings: Settings) -> Lines:
    return await tour_openproject.record(openproject_options(settings.openproject), SystemClock())


async def _onec(settings: Settings) -> Lines:
    return await tour_onec.record(onec_options(settings.onec), SystemClock())


# Each stand-in is imported where it is opened: they are no part of the services.


async def _bitrix24_stand(recorded: Lines) -> Lines:
    from exchanger.ops.record.stand_bitrix24 import record_stand, stand_like  # noqa: PLC0415 - as said above

    return await record_stand(stand_like(recorded))


async def _openproject_stand(_: Lines) -> Lines:
    from exchanger.ops.record.stand_openproject import filled, record_stand  # noqa: PLC0415 - as said above

    return await record_stand(filled())


async def _onec_stand(recorded: Lines) -> Lines:
    from exchanger.ops.record.stand_onec import filled, profile_of, record_stand  # noqa: PLC0415 - as said above

    return await record_stand(filled(), profile_of(recorded))


_SYSTEMS: MappingProxyType[str, Recordable] = MappingProxyType(
    {
        bitrix24.SYSTEM.name: Recordable(tour_bitrix24.RULES, _bitrix24, _bitrix24_stand),
        openproject.SYSTEM.name: Recordable(tour_openproject.RULES, _openproject, _openproject_stand),
        onec.NAME: Recordable(tour_onec.RULES, _onec, _onec_stand),
    }
)
