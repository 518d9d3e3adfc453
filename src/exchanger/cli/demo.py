"""`exchanger demo`: весь путь задачи на настоящем движке за минуту."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from exchanger.domain.errors import ConfigError
from exchanger.sandbox.flavour import EngineKind
from exchanger.telemetry.health import Health
from exchanger.web.health import serve

if TYPE_CHECKING:
    from exchanger.sandbox.demo import Ending

_FAST = 10.0


def demo(
    *,
    instances: Annotated[int, typer.Option(min=1, max=1000, help="Сколько процессов запустить.")] = 12,
    engine: Annotated[EngineKind, typer.Option(help="Какой движок запустить.")] = "camunda",
    engine_url: Annotated[
        str | None,
        typer.Option(help="Взять свой движок (адрес REST). Задачи — арендатора exchanger-demo, вход — CAMUNDA_AUTH_*."),
    ] = None,
    rabbitmq: Annotated[bool, typer.Option("--rabbitmq", help="Запустить настоящий RabbitMQ.")] = False,
    rabbitmq_url: Annotated[
        str | None, typer.Option(help="Взять свой RabbitMQ; виртуальный узел должен быть отдельным.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="После итога не останавливаться: адреса страниц напечатаны.")] = (
        False
    ),
    people: Annotated[bool, typer.Option(help="Задачи делают сотрудники стенда; --no-people — только вы.")] = True,
    speed: Annotated[float, typer.Option(min=0.1, max=100, help="Во сколько раз люди быстрее обычного.")] = 1.0,
    fast: Annotated[bool, typer.Option("--fast", help="То же, что --speed 10.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Сколько секунд ждать конца всех процессов.")] = 300,
) -> None:
    """Показать весь путь: настоящий движок, стенд Битрикс24, все роли в одном процессе, люди с разной скоростью.

    Выход 0 — только если каждый процесс завершился как должен; 1 — нет (сказано, кто и где стоит); 130 — прервано.
    Пример: exchanger demo --fast --instances 20
    """
    try:
        from exchanger.sandbox.demo import DemoOptions, show  # noqa: PLC0415 - an optional part of the installation
        from exchanger.sandbox.demo.live import LiveScreen  # noqa: PLC0415 - the same
        from exchanger.sandbox.demo.plain import PlainScreen  # noqa: PLC0415 - the same
        from exchanger.sandbox.errors import SandboxError  # noqa: PLC0415 - the same
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"Песочница не установлена: нет модуля {error.name}.", remedy="установите exchanger[sandbox]."
        ) from None
    options = DemoOptions(
        instances=instances,
        engine=engine,
        engine_url=engine_url,
        rabbitmq=rabbitmq,
        rabbitmq_url=rabbitmq_url,
        people=people,
        keep=keep,
        speed=_FAST if fast else speed,
        limit=timedelta(seconds=limit),
    )
    console = Console()
    with ExitStack() as stack:
        screen = stack.enter_context(LiveScreen(console)) if console.is_terminal else PlainScreen(console)
        try:
            ending = _run(show(options, screen, _health_page))
        except SandboxError as error:
            raise ConfigError(str(error)) from error
    raise typer.Exit(ending)


def _run(main: Coroutine[None, None, Ending]) -> Ending:
    if sys.platform == "win32":
        return asyncio.run(main)
    import uvloop  # noqa: PLC0415 - not installed on Windows

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def _health_page(health: Health) -> AbstractAsyncContextManager[str]:
    return serve(health, 0)
