"""`exchanger dlq`: очередь ошибок."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from exchanger.cli.asking import (
    AsJson,
    DryRun,
    Everything,
    Older,
    Reason,
    Since,
    Yes,
    confirm,
    narrowed,
    perform,
    required,
    say,
)
from exchanger.ops.dead_letter import Entry, Selection, age
from exchanger.ops.dead_letters import Batch, Planned, open_dead_letters
from exchanger.settings import load_settings
from exchanger.wire.names import ERRORS_QUEUE, OLD_DEAD_LETTERS

app = typer.Typer(help="Очередь ошибок: посмотреть, повторить, убрать. Только с RabbitMQ.", no_args_is_help=True)

_NOT_FOUND = 1

System = Annotated[str, typer.Option("--system", help="Система: bitrix24, …")]
Task = Annotated[str, typer.Option("--task", help="Id внешней задачи.")]
Topic = Annotated[str, typer.Option("--topic", help="Тема внешней задачи.")]
Kind = Annotated[str, typer.Option("--kind", help="Род ошибки: json_parse_error, RETRY_LIMIT_EXCEEDED, …")]
Id = Annotated[list[str] | None, typer.Option("--id", help="Номер записи из list или его начало; можно несколько.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Не больше скольких записей.")]
Queue = Annotated[str, typer.Option("--queue", help=f"Очередь; у прежней системы есть и {OLD_DEAD_LETTERS}.")]


@app.command(name="list")
def list_(
    *,
    system: System = "",
    task: Task = "",
    topic: Topic = "",
    kind: Kind = "",
    since: Since = None,
    older: Older = None,
    limit: Limit = 50,
    queue: Queue = ERRORS_QUEUE,
    as_json: AsJson = False,
) -> None:
    """Показать записи. Порядок в очереди не меняется, тел в выводе нет.

    Пример: exchanger dlq list --system bitrix24 --since 12h
    """
    selection = Selection(system, task, topic, kind, since, older)
    found = perform(_look(queue, selection, limit))
    for entry in found:
        say(json.dumps(_fields(entry), ensure_ascii=False) if as_json else _line(entry))
    if not as_json:
        more = f", показаны первые {limit}: остальные — с большим --limit" if len(found) == limit else ""
        say(f"Записей: {len(found)}{more}")


@app.command()
def show(
    number: Annotated[str, typer.Argument(metavar="ID", help="Номер записи из list или его начало.")],
    *,
    queue: Queue = ERRORS_QUEUE,
    body: Annotated[bool, typer.Option("--body", help="Напечатать и тело: в нём могут быть личные данные.")] = False,
    as_json: AsJson = False,
) -> None:
    """Показать одну запись: причину, происхождение и что сделает redrive. Нет такой — выход 1.

    Пример: exchanger dlq show 5f3a
    """
    found = perform(_show(queue, number))
    if found is None:
        say(f"Записи «{number}» в очереди {queue} нет.", err=True)
        raise typer.Exit(_NOT_FOUND)
    planned, content = found
    fields = _fields(planned.entry) | {"redrive": planned.decision.remedy, "redrive_why": planned.decision.why}
    if body:
        fields["body"] = content.decode("utf-8", "replace")
    if as_json:
        say(json.dumps(fields, ensure_ascii=False))
        return
    for name, value in fields.items():
        say(f"{name}: {value}")


@app.command()
def redrive(
    *,
    system: System = "",
    task: Task = "",
    topic: Topic = "",
    kind: Kind = "",
    since: Since = None,
    older: Older = None,
    number: Id = None,
    limit: Limit = 1000,
    queue: Queue = ERRORS_QUEUE,
    everything: Everything = False,
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Повторить: неудаче — одна попытка в движке, ответу, которого ждут, — возврат в очередь ответов.

    Пример: exchanger dlq redrive --kind RETRY_LIMIT_EXCEEDED --reason "портал снова отвечает"
    """
    selection = Selection(system, task, topic, kind, since, older, frozenset(number or ()))
    if dry_run:
        _print_plan(perform(_plan(queue, selection, limit)))
        return
    narrowed(everything=everything, unlimited=selection.is_everything)
    batch = Batch(selection, limit, required(reason))
    if not yes:
        plan = perform(_plan(queue, selection, limit))
        _print_plan(plan)
        chosen = [each.entry for each in plan if each.decision.acts]
        if not chosen:
            return
        confirm(f"Повторить {len(chosen)}?", yes=yes)
        batch = Batch.exactly(chosen, batch.reason)
    perform(_redrive(queue, batch))


@app.command()
def drop(
    *,
    system: System = "",
    task: Task = "",
    topic: Topic = "",
    kind: Kind = "",
    since: Since = None,
    older: Older = None,
    number: Id = None,
    limit: Limit = 1000,
    queue: Queue = ERRORS_QUEUE,
    everything: Everything = False,
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Убрать отобранные записи навсегда; движок и системы не трогаются.

    Пример: exchanger dlq drop --id 5f3a --reason "дубль"
    """
    selection = Selection(system, task, topic, kind, since, older, frozenset(number or ()))
    narrowed(everything=everything or dry_run, unlimited=selection.is_everything)
    batch = Batch(selection, limit, "" if dry_run else required(reason))
    if dry_run or not yes:
        found = perform(_look(queue, selection, limit))
        for entry in found:
            say(_line(entry))
        say(f"Будет убрано: {len(found)}")
        if dry_run or not found:
            return
        confirm(f"Убрать {len(found)} навсегда?", yes=yes)
        batch = Batch.exactly(found, batch.reason)
    perform(_drop(queue, batch))


async def _look(queue: str, selection: Selection, limit: int) -> list[Entry]:
    async with open_dead_letters(load_settings(), queue) as letters:
        return await letters.look(selection, limit)


async def _show(queue: str, number: str) -> tuple[Planned, bytes] | None:
    async with open_dead_letters(load_settings(), queue) as letters:
        return await letters.show(number)


async def _plan(queue: str, selection: Selection, limit: int) -> list[Planned]:
    async with open_dead_letters(load_settings(), queue) as letters:
        return await letters.plan(selection, limit)


async def _redrive(queue: str, batch: Batch) -> None:
    async with open_dead_letters(load_settings(), queue) as letters:
        await letters.redrive(batch, _tell)


async def _drop(queue: str, batch: Batch) -> None:
    async with open_dead_letters(load_settings(), queue) as letters:
        await letters.drop(batch, _tell)


def _tell(entry: Entry, what: str) -> None:
    say(f"{entry.id}  задача {entry.record.task_id or '—'}: {what}")


def _print_plan(plan: list[Planned]) -> None:
    for each in plan:
        say(f"{_line(each.entry)}\n    → {each.decision.remedy}: {each.decision.why}")
    acting = sum(each.decision.acts for each in plan)
    say(f"Записей: {len(plan)}, из них изменит redrive: {acting}")


def _line(entry: Entry) -> str:
    record = entry.record
    place = " ".join(part for part in (entry.system, entry.topic) if part) or record.source_queue or "—"
    reason = " ".join(record.reason.split())
    return f"{entry.id}  {age(entry.at):>6}  {place}  задача {record.task_id or '—'}  {record.kind or '—'}: {reason}"


def _fields(entry: Entry) -> dict[str, str | int | None]:
    record = entry.record
    return {
        "id": entry.id,
        "at": None if entry.at is None else entry.at.isoformat(),
        "system": entry.system,
        "topic": entry.topic,
        "task": record.task_id,
        "kind": record.kind,
        "reason": record.reason,
        "details": record.details,
        "source_queue": record.source_queue,
        "shape": record.shape,
        "size": entry.size,
    }
