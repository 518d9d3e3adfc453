"""`exchanger tap`: живые события и сообщения."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson, perform
from exchanger.domain.event import Event, EventKind
from exchanger.ops.tap import Heard, Wanted, event_of, open_events, open_queue
from exchanger.ports import Delivery
from exchanger.settings import load_settings
from exchanger.telemetry.redact import redact


def tap(
    *,
    system: Annotated[str, typer.Option("--system", help="Только события системы: bitrix24, …")] = "",
    kind: Annotated[EventKind | None, typer.Option("--kind", help="Только события этого рода.")] = None,
    task: Annotated[str, typer.Option("--task", metavar="ID", help="Только об этой внешней задаче.")] = "",
    queue: Annotated[
        str, typer.Option("--queue", metavar="ОЧЕРЕДЬ", help="Вместо событий — копии сообщений этой очереди.")
    ] = "",
    body: Annotated[bool, typer.Option("--body", help="И тела сообщений: в них данные людей.")] = False,
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="Остановиться после стольких; 0 — не сам.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Показывать события служб по мере того, как они случаются; остановить — Ctrl-C (выход 0).

    Пример: exchanger tap --system bitrix24 --kind failed
    """
    wanted = Wanted(system, kind, task)
    if queue and (system or kind):
        raise typer.BadParameter("у сообщений нет системы и рода: отбирайте по --task", param_hint="--queue")
    try:
        if queue:
            perform(_messages(queue, wanted, count, body=body, as_json=as_json))
        else:
            perform(_events(wanted, count, as_json=as_json))
    except KeyboardInterrupt:
        typer.echo("Остановлено.", err=True)


async def _events(wanted: Wanted, count: int, *, as_json: bool) -> None:
    shown = 0
    async with open_events(load_settings()) as heard:
        _ready(heard, "события")
        while not count or shown < count:
            event = event_of(await heard.next())
            if event is not None and wanted.event(event):
                typer.echo(redact(json.dumps(_event_fields(event), ensure_ascii=False) if as_json else _event(event)))
                shown += 1


async def _messages(queue: str, wanted: Wanted, count: int, *, body: bool, as_json: bool) -> None:
    shown = 0
    async with open_queue(load_settings(), queue) as heard:
        _ready(heard, f"копии сообщений {queue}")
        while not count or shown < count:
            delivery = await heard.next()
            if wanted.message(delivery):
                fields = _message_fields(delivery, body=body)
                typer.echo(json.dumps(fields, ensure_ascii=False) if as_json else _message(fields))
                shown += 1


def _ready(heard: Heard, what: str) -> None:
    typer.echo(f"Слушаю {what} (временная очередь {heard.tap.queue}); остановить — Ctrl-C.", err=True)


def _event(event: Event) -> str:
    fields = " ".join(f"{name}={value}" for name, value in event.fields.items() if value is not None)
    return (
        f"{event.at.astimezone():%H:%M:%S}  {event.system}  {event.kind.value}  задача {event.task_id or '—'}  {fields}"
    )


def _event_fields(event: Event) -> dict[str, object]:
    return {
        "at": event.at.isoformat(), "system": event.system, "kind": event.kind.value, "task": event.task_id,
        "instance": event.process_instance_id, "fields": dict(event.fields),
    }  # fmt: skip


def _message_fields(delivery: Delivery, *, body: bool) -> dict[str, str | int | None]:
    message = delivery.message
    return {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"),
        "exchange": delivery.exchange, "routing_key": delivery.routing_key, "task": message.correlation_id,
        "size": len(message.body), "body": redact(message.body.decode("utf-8", "replace")) if body else None,
    }  # fmt: skip


def _message(fields: dict[str, str | int | None]) -> str:
    head = f"{fields['at']}  {fields['exchange']} → {fields['routing_key']}  задача {fields['task'] or '—'}"
    text = f"{head}  {fields['size']} байт"
    return text if fields["body"] is None else f"{text}\n{fields['body']}"
