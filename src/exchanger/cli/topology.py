"""`exchanger topology`: объекты брокера."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from exchanger.bus.rabbitmq.inspection import Finding, Verdict
from exchanger.cli.asking import AsJson, DryRun, Reason, Yes, confirm, perform, required, say
from exchanger.ops.migration import Migration
from exchanger.ops.readers import open_readers
from exchanger.ops.topology import open_desk
from exchanger.settings import load_settings

app = typer.Typer(
    help="Топология RabbitMQ: посмотреть, сравнить, создать недостающее, переделать очередь.", no_args_is_help=True
)

_DIFFERS = 1

ManagementUrl = Annotated[
    str | None,
    typer.Option("--management", metavar="URL", help="HTTP API брокера (http://узел:15672): показать и привязки."),
]


@app.command()
def show(*, management: ManagementUrl = None, as_json: AsJson = False) -> None:
    """Показать каждый объект топологии: есть ли, чем отличается, сколько сообщений и потребителей.

    Пример: exchanger topology show --management http://mq:15672
    """
    _print(perform(_look(management)), as_json=as_json)


@app.command()
def diff(*, management: ManagementUrl = None, as_json: AsJson = False) -> None:
    """Показать только отличия; есть они — выход 1.

    Пример: exchanger topology diff --json
    """
    found = [finding for finding in perform(_look(management)) if finding.verdict is not Verdict.SAME]
    _print(found, as_json=as_json)
    if not all(finding.is_fine for finding in found):
        raise typer.Exit(_DIFFERS)
    if not as_json:
        say("Отличий нет, кроме непроверенного." if found else "Отличий нет.")


@app.command()
def apply(*, reason: Reason = "", dry_run: DryRun = False) -> None:
    """Создать недостающие объекты и привязки; что есть, не меняется и не удаляется. Не создано — выход 1.

    Пример: exchanger topology apply --reason "новый узел"
    """
    missing = [finding for finding in perform(_look(None)) if finding.verdict is Verdict.MISSING]
    for finding in missing:
        say(f"{'будет создано' if dry_run else 'создаётся'}: {finding.object}")
    if dry_run:
        say(f"Объектов: {len(missing)}; привязки объявляются все: что есть, не меняется.")
        return
    left = perform(_apply(required(reason)))
    for finding in left:
        say(f"не создано (проверьте права configure): {finding.object}", err=True)
    if left:
        raise typer.Exit(_DIFFERS)
    say("Готово.")


@app.command()
def migrate(
    queue: Annotated[str, typer.Argument(metavar="QUEUE", help="Имя очереди.")],
    *,
    management: ManagementUrl = None,
    readers_stopped: Annotated[
        bool, typer.Option("--readers-stopped", help="Все, кто читает очередь, остановлены (если HTTP API нет).")
    ] = False,
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Переделать очередь по топологии без потерь: перенести сообщения, удалить пустую, объявить, вернуть.

    Прерванную переделку продолжает тот же вызов. Пока у очереди есть потребители, она не начинается.
    Пример: exchanger topology migrate bitrix24.queue --reason "тип quorum"
    """
    steps = perform(_plan(queue, management, readers_stopped=readers_stopped))
    if not steps:
        say(f"Очередь {queue} уже такая, как нужно.")
        return
    for number, step in enumerate(steps, 1):
        say(f"{number}. {step}")
    if dry_run:
        return
    why = required(reason)
    confirm("Начать?", yes=yes)
    perform(_migrate(queue, why, management, readers_stopped=readers_stopped))
    say("Готово.")


async def _look(management: str | None) -> list[Finding]:
    async with open_desk(load_settings()) as desk:
        return await desk.look(management)


async def _apply(reason: str) -> list[Finding]:
    async with open_desk(load_settings()) as desk:
        return await desk.apply(reason)


async def _plan(queue: str, management: str | None, *, readers_stopped: bool) -> list[str]:
    async with (
        open_desk(load_settings()) as desk,
        open_readers(desk.session.broker, management, stopped=readers_stopped) as readers,
    ):
        return await Migration(desk.session, desk.layout, queue, readers).plan()


async def _migrate(queue: str, reason: str, management: str | None, *, readers_stopped: bool) -> None:
    async with (
        open_desk(load_settings()) as desk,
        open_readers(desk.session.broker, management, stopped=readers_stopped) as readers,
    ):
        migration = Migration(desk.session, desk.layout, queue, readers)
        await desk.migrate(queue, migration, reason, typer.echo)


def _print(found: list[Finding], *, as_json: bool) -> None:
    for finding in found:
        say(json.dumps(_fields(finding), ensure_ascii=False) if as_json else _line(finding))


def _line(finding: Finding) -> str:
    state = finding.state
    counts = "" if state is None else f"  сообщений {state.messages}, потребителей {state.consumers}"
    note = f"  ({finding.note})" if finding.note else ""
    return f"{finding.object}: {finding.verdict}{counts}{note}"


def _fields(finding: Finding) -> dict[str, str | int | None]:
    state = finding.state
    return {
        "object": finding.object,
        "verdict": finding.verdict.name.lower(),
        "note": finding.note,
        "messages": None if state is None else state.messages,
        "consumers": None if state is None else state.consumers,
    }
