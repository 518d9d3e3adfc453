"""Стенды для показа: система над обычным стендом вместо настоящей."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import MappingProxyType

from exchanger.connect import OpenSystem
from exchanger.domain.errors import ConfigError
from exchanger.systems import bitrix24, onec, openproject
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.openproject.settings import ApiKey
from exchanger.telemetry.clock import SystemClock

# Each stand-in is imported where it is opened: they are no part of the services.


def on_stand(system: str) -> AbstractAsyncContextManager[OpenSystem]:
    """Открыть систему на её стенде; `ConfigError` — стенда для показа у неё нет."""
    opening = _STANDS.get(system)
    if opening is None:
        raise ConfigError(
            f"Стенда для показа системы {system} нет.",
            remedy=f"уберите --sandbox или назовите одну из: {', '.join(sorted(_STANDS))}.",
        )
    return opening()


@asynccontextmanager
async def _bitrix24() -> AsyncIterator[OpenSystem]:
    from exchanger.sandbox.bitrix24 import default_portal, standin  # noqa: PLC0415 - as said above

    async with standin(default_portal()) as running:
        options = BitrixOptions(webhook_url=running.webhook_url)
        async with bitrix24.SYSTEM.open(options, SystemClock()) as opened:
            yield opened


@asynccontextmanager
async def _openproject() -> AsyncIterator[OpenSystem]:
    from exchanger.sandbox.openproject import default_instance, standin  # noqa: PLC0415 - as said above
    from exchanger.sandbox.openproject.seed import TOKEN  # noqa: PLC0415 - as said above

    async with standin(default_instance()) as running:
        options = openproject.OpenProjectOptions(url=running.url, login=ApiKey(TOKEN), projects=("main",))
        async with openproject.SYSTEM.open(options, SystemClock()) as opened:
            yield opened


@asynccontextmanager
async def _onec() -> AsyncIterator[OpenSystem]:
    from exchanger.sandbox.onec import default_base, standin  # noqa: PLC0415 - as said above
    from exchanger.sandbox.onec.seed import LOGIN, PASSWORD  # noqa: PLC0415 - as said above

    async with standin(default_base()) as running:
        options = onec.OnecOptions(url=running.url, username=LOGIN, password=PASSWORD)
        async with onec.SYSTEM.open(options, SystemClock()) as opened:
            yield opened


_STANDS: MappingProxyType[str, Callable[[], AbstractAsyncContextManager[OpenSystem]]] = MappingProxyType(
    {bitrix24.SYSTEM.name: _bitrix24, openproject.SYSTEM.name: _openproject, onec.SYSTEM.name: _onec}
)
