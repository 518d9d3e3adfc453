"""Части демонстрации: движок, брокер, портал — свои или запущенные здесь."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from exchanger.sandbox.bitrix24 import Portal, RunningPortal, default_portal, standin
from exchanger.sandbox.demo.options import DemoOptions
from exchanger.sandbox.engine import embedded_engine
from exchanger.sandbox.rabbitmq import rabbitmq_server
from exchanger.testing.proxy import HttpFaultProxy


class Stages(Protocol):
    """Кому рассказывают о подготовке; зовут и из других потоков."""

    def stage(self, text: str) -> None:
        """Началось новое дело."""

    def progress(self, done: int, total: int) -> None:
        """Сколько сделано из скольких."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Запущенные части. `meter` считает обращения ролей к движку; None — движок по https, считать нечем."""

    folder: Path
    engine_url: str
    meter: HttpFaultProxy | None
    portal: RunningPortal
    rabbitmq_url: str | None

    @property
    def metered_url(self) -> str:
        """Адрес движка для ролей."""
        return self.engine_url if self.meter is None else self.meter.url_for(self.engine_url)


@asynccontextmanager
async def open_parts(
    options: DemoOptions, stages: Stages, build: Callable[[], Portal] = default_portal
) -> AsyncIterator[Parts]:
    """Запустить всё, чего не дали; на выходе всё запущенное остановлено, папка удалена."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="exchanger-demo-")))
        engine_url = options.engine_url or await _engine(options, stages, stack)
        rabbitmq_url = options.rabbitmq_url
        if options.rabbitmq:
            stages.stage("Запускается RabbitMQ")
            rabbitmq_url = (
                await stack.enter_async_context(rabbitmq_server(folder / "rabbitmq", stage=stages.stage))
            ).url
        portal = await stack.enter_async_context(standin(build()))
        meter = None
        if engine_url.startswith("http://"):
            meter = await stack.enter_async_context(HttpFaultProxy(engine_url))
        yield Parts(folder, engine_url, meter, portal, rabbitmq_url)


async def _engine(options: DemoOptions, stages: Stages, stack: AsyncExitStack) -> str:
    stages.stage(f"Запускается движок {options.engine.capitalize()}; при первом запуске скачиваются его файлы")
    engine = await stack.enter_async_context(embedded_engine(options.engine, progress=stages.progress))
    return engine.url
