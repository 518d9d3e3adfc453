"""`exchanger queues peek | export | purge`: содержимое одной очереди."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson, DryRun, Reason, Yes, perform, required, retyped
from exchanger.ops.queues import look
from exchanger.ops.queues_content import Seen, lost_with, open_content
from exchanger.settings import load_settings
from exchanger.telemetry.redact import redact

_EVERY = 1000

Queue = Annotated[str, typer.Argument(metavar="ОЧЕРЕДЬ", help="Имя очереди: bitrix24.queue, …")]
Count = Annotated[int, typer.Option("--count", "-n", "-c", min=1, help="Сколько сообщений показать.")]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="ФАЙЛ", help="Куда записать.")]


def peek(
    queue: Queue,
    *,
    count: Count = 5,
    body: Annotated[bool, typer.Option("--body", help="И тела: в них данные людей.")] = False,
    as_json: AsJson = False,
) -> None:
    """Посмотреть первые сообщения: они возвращаются на свои места, с пометкой «доставлено повторно».

    Тайны вычищены. Пример: exchanger queues peek errors.camunda_tasks.queue -n 3 --body
    """
    found = perform(_peek(queue, count, body=body))
    for seen in found:
        typer.echo(json.dumps(_fields(seen), ensure_ascii=False) if as_json else redact(_text(seen)))
    if not found and not as_json:
        typer.echo("В очереди ничего нет.")


def export(queue: Queue, *, output: Output) -> None:
    """Записать все сообщения в файл JSON, какой писала прежняя система; из очереди они не уходят.

    В файле тела целиком, вместе с данными людей: читать его может только владелец.
    Пример: exchanger queues export default.queue -o default.json
    """
    count = perform(_export(queue, output))
    typer.echo(f"Записано сообщений: {count}, файл {output}.")


def purge(queue: Queue, *, reason: Reason = "", dry_run: DryRun = False, yes: Yes = False) -> None:
    """Убрать сообщения очереди, сначала записав каждое в файл каталога журналов.

    Пример: exchanger queues purge default.queue --reason "сообщения прежней системы"
    """
    why = "" if dry_run else required(reason)
    waiting = perform(_depth(queue))
    typer.echo(f"{queue}: сообщений {waiting}. {lost_with(queue, load_settings().broker.responses_queue)}")
    if dry_run or not waiting:
        typer.echo("Ничего не сделано.")
        return
    retyped(queue, yes=yes)
    count, path = perform(_purge(queue, why))
    typer.echo(f"Убрано сообщений: {count}, сохранены в {path}.")


def read(
    queue: Annotated[str, typer.Argument(metavar="[ОЧЕРЕДЬ]", help="Имя очереди; без него — сколько где ждёт.")] = "",
    *,
    count: Count = 5,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Сохранить все сообщения в файл.")] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Убрать все сообщения, сохранив их.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Не спрашивать подтверждения.")] = False,
    reason: Reason = "queue_reader --clear",
) -> None:
    """Ключи прежнего queue_reader.py: то же, что list, peek, export и purge.

    Пример: exchanger queues read default.queue --count 3
    """
    if not queue:
        for line in perform(look(load_settings())):
            typer.echo(f"{line.name}: {'нет' if line.messages is None else line.messages}")
    elif clear:
        purge(queue, reason=reason, yes=force)
    elif output is not None:
        export(queue, output=output)
    else:
        peek(queue, count=count, body=True)


async def _peek(queue: str, count: int, *, body: bool) -> list[Seen]:
    async with open_content(load_settings(), queue) as content:
        return await content.peek(count, body=body)


async def _depth(queue: str) -> int:
    async with open_content(load_settings(), queue) as content:
        return (await content.state()).messages


async def _export(queue: str, output: Path) -> int:
    async with open_content(load_settings(), queue) as content:
        return await content.export(output, _told)


async def _purge(queue: str, reason: str) -> tuple[int, Path]:
    async with open_content(load_settings(), queue) as content:
        return await content.purge(reason, _told)


def _told(count: int) -> None:
    if count % _EVERY == 0:
        typer.echo(f"… {count}", err=True)


def _text(seen: Seen) -> str:
    lines = [
        f"№ {seen.number}  задача {seen.correlation_id or 'не названа'}  {seen.size} байт"
        + ("  доставлено повторно" if seen.redelivered else ""),
        f"    откуда: обменник «{seen.exchange}», ключ {seen.routing_key}",
        *(f"    {name}: {value}" for name, value in seen.headers.items()),
    ]
    if seen.body is not None:
        lines.append(_pretty(seen.body))
    return "\n".join(lines)


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):  # not JSON: shown as it is
        return body


def _fields(seen: Seen) -> dict[str, str | int | dict[str, str | int] | None]:
    return {
        "number": seen.number, "task": seen.correlation_id, "exchange": seen.exchange,
        "routing_key": seen.routing_key, "redelivered": seen.redelivered, "headers": seen.headers,
        "size": seen.size, "body": None if seen.body is None else redact(seen.body),
    }  # fmt: skip
