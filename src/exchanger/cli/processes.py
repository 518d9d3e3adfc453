"""`exchanger processes`: процессы движка."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from exchanger.cli.asking import AsJson, perform, say
from exchanger.cli.processes_change import delete, info, start, stop
from exchanger.cli.processes_export import export
from exchanger.domain.task import ExternalTask
from exchanger.engine.admin import Instance
from exchanger.engine.survey import Definition, TaskState, TopicCounts
from exchanger.ops.processes import ProcessLoad, open_processes
from exchanger.settings import load_settings

app = typer.Typer(
    help="Процессы движка (только своего тенанта): посмотреть, запустить, отменить, удалить.",
    invoke_without_command=True,
)
for command in (info, start, stop, delete, export):
    app.command()(command)

Row = Mapping[str, str | int | bool | None]

Limit = Annotated[int, typer.Option("--limit", min=1, help="Не больше скольких.")]


@app.callback()
def processes(
    context: typer.Context,
    *,
    definitions: Annotated[bool, typer.Option("--definitions", help="То же, что list.")] = False,
    stats_: Annotated[bool, typer.Option("--stats", help="То же, что stats.")] = False,
    instances_: Annotated[bool, typer.Option("--instances", help="То же, что instances.")] = False,
    external_tasks: Annotated[bool, typer.Option("--external-tasks", help="То же, что tasks.")] = False,
    export_: Annotated[Path | None, typer.Option("--export", metavar="ФАЙЛ", help="То же, что export -o.")] = None,
) -> None:
    """Показать процессы движка; без команды и ключей — определения. Пример: exchanger processes stats"""
    if context.invoked_subcommand is not None:
        return
    if definitions or not (stats_ or instances_ or external_tasks or export_):
        list_()
    if instances_:
        instances()
    if external_tasks:
        tasks()
    if stats_:
        stats()
    if export_ is not None:
        export(output=export_)


@app.command(name="list")
def list_(*, limit: Limit = 10_000, as_json: AsJson = False) -> None:
    """Показать последние версии определений. Пример: exchanger processes list --json"""
    _print((_definition(one) for one in perform(_definitions())[:limit]), as_json=as_json)


@app.command()
def stats(*, as_json: AsJson = False) -> None:
    """Показать занятые процессы и внешние задачи по темам и состояниям. Пример: exchanger processes stats"""
    loads, topics = perform(_stats())
    _print((_load(one) for one in loads), as_json=as_json)
    _print(_topics(topics), as_json=as_json)


@app.command()
def instances(
    key: Annotated[str, typer.Argument(metavar="[КЛЮЧ]", help="Ключ процесса; без него — все.")] = "",
    *,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Показать незавершённые экземпляры. Пример: exchanger processes instances vacation"""
    _print((_instance(one) for one in perform(_instances(key, limit))), as_json=as_json)


@app.command()
def tasks(
    topic: Annotated[str, typer.Argument(metavar="[ТЕМА]", help="Тема; без неё — все.")] = "",
    *,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Показать внешние задачи: чьи и до какого срока. Пример: exchanger processes tasks bitrix_create_task"""
    _print((_task(*one) for one in perform(_tasks(topic, limit))), as_json=as_json)


async def _definitions() -> list[Definition]:
    async with open_processes(load_settings()) as found:
        return await found.definitions()


async def _stats() -> tuple[list[ProcessLoad], TopicCounts]:
    async with open_processes(load_settings()) as found:
        return await found.loads(), await found.topics()


async def _instances(key: str, limit: int) -> list[Instance]:
    async with open_processes(load_settings()) as found:
        return await found.instances(key, limit)


async def _tasks(topic: str, limit: int) -> list[tuple[ExternalTask, TaskState]]:
    async with open_processes(load_settings()) as found:
        return await found.tasks(topic, limit)


def _definition(one: Definition) -> Row:
    return {
        "key": one.key, "name": one.name, "version": one.version, "tenant": one.tenant_id, "suspended": one.suspended,
    }  # fmt: skip


def _load(one: ProcessLoad) -> Row:
    return {
        "key": one.key, "tenant": one.tenant_id, "versions": one.versions,
        "instances": one.instances, "incidents": one.incidents,
    }  # fmt: skip


def _topics(counts: TopicCounts) -> Iterable[Row]:
    for topic, states in counts.items():
        yield {"topic": topic, **{state.name.lower(): states.get(state, 0) for state in TaskState}}


def _instance(one: Instance) -> Row:
    return {
        "instance": one.id, "definition": one.definition_id, "business_key": one.business_key,
        "tenant": one.tenant_id, "suspended": one.suspended,
    }  # fmt: skip


def _task(task: ExternalTask, state: TaskState) -> Row:
    return {
        "task": task.id, "topic": task.topic, "state": state.value, "worker": task.worker_id,
        "locked_until": task.locked_until.isoformat() if task.locked_until else None, "retries": task.retries,
        "process": task.process_definition_key, "instance": task.process_instance_id, "element": task.activity_id,
    }  # fmt: skip


def _print(rows: Iterable[Row], *, as_json: bool) -> None:
    found = list(rows)
    if as_json:
        for row in found:
            say(json.dumps(row, ensure_ascii=False))
        return
    if not found:
        say("Ничего нет.")
        return
    table = Table(*found[0])
    for row in found:
        table.add_row(*(_cell(value) for value in row.values()))
    Console().print(table)


def _cell(value: str | int | bool | None) -> str:  # noqa: FBT001 - a value of a table's cell
    if isinstance(value, bool):
        return "да" if value else "нет"
    return "—" if value is None else str(value)
