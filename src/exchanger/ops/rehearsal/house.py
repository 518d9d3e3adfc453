"""Вокруг процесса: движок из песочницы и системы, которые покажут задачу, — настоящий портал или стенд."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from exchanger.connect import OpenSystem
from exchanger.domain.errors import ConfigError
from exchanger.ports import Clock
from exchanger.settings import Settings, load_settings
from exchanger.wiring.systems import open_systems

_ENGINE = "http://127.0.0.1/engine-rest"  # nobody calls it: only the systems are opened


@dataclass(frozen=True, slots=True)
class House:
    """Адрес движка, системы и о чём сказать человеку."""

    engine_url: str
    systems: tuple[OpenSystem, ...]
    note: str


@asynccontextmanager
async def open_house(engine: str, clock: Clock) -> AsyncIterator[House]:
    """Запустить движок (`camunda`, `operaton`) и открыть системы; портал не настроен — вместо него стенд."""
    try:
        from exchanger.sandbox.engine import embedded_engine  # noqa: PLC0415 - needs the extra "sandbox"
        from exchanger.sandbox.flavour import FLAVOURS  # noqa: PLC0415 - as above
    except ImportError:
        raise ConfigError(
            "Репетиции нужен встроенный движок, а его здесь нет.",
            remedy="поставьте дополнение: pip install 'exchanger[sandbox]'.",
        ) from None
    kind = next((kind for kind in FLAVOURS if kind == engine), None)
    if kind is None:
        raise ConfigError(f"Движка {engine} нет.", remedy=f"есть: {', '.join(FLAVOURS)}.")
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(embedded_engine(kind))
        systems, note = await stack.enter_async_context(_systems(clock))
        yield House(server.url, tuple(systems), note)


@asynccontextmanager
async def _systems(clock: Clock) -> AsyncIterator[tuple[Sequence[OpenSystem], str]]:
    settings, why = _configured()
    async with AsyncExitStack() as stack:
        if settings is None:
            settings = await _with_standin(stack)
        yield await stack.enter_async_context(open_systems(settings, clock)), why


def _configured() -> tuple[Settings | None, str]:
    """Настройки установки, если портал в них задан; иначе почему показывает стенд."""
    try:
        settings = load_settings()
    except ConfigError:
        return None, "установка не настроена: поля задач показывает стенд Bitrix24"
    if settings.bitrix.webhook_url is None:
        return None, "BITRIX_WEBHOOK_URL не задан: поля задач показывает стенд Bitrix24"
    return settings, ""


async def _with_standin(stack: AsyncExitStack) -> Settings:
    from exchanger.sandbox.bitrix24 import default_portal, standin  # noqa: PLC0415 - only when it is needed

    portal = await stack.enter_async_context(standin(default_portal()))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="exchanger-rehearsal-")))
    given = {name: os.environ[name] for name in ("EXCHANGER_TOPICS",) if name in os.environ}
    own = {
        "EXCHANGER_ENV": "dev",
        "EXCHANGER_HOME": str(folder),
        "CAMUNDA_BASE_URL": _ENGINE,
        "BITRIX_WEBHOOK_URL": portal.webhook_url,
    }
    return load_settings(given | own, folder)
