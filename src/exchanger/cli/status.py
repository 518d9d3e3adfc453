"""`exchanger status`: светофор установки."""

from __future__ import annotations

import json

import typer
from rich.console import Console
from rich.table import Table

from exchanger.cli.asking import AsJson, perform
from exchanger.connect import Severity
from exchanger.engine.survey import TaskState
from exchanger.ops.dead_letter import age
from exchanger.ops.status import Light, Status, Waiting, look
from exchanger.settings import load_settings
from exchanger.telemetry.redact import redact

_MARKS = {Severity.OK: "✓", Severity.WARNING: "!", Severity.ERROR: "✗"}
_LIGHTS = {
    Severity.OK: ("green", "ЗЕЛЁНЫЙ: всё работает"),
    Severity.WARNING: ("yellow", "ЖЁЛТЫЙ: работает, но посмотрите"),
    Severity.ERROR: ("red", "КРАСНЫЙ: что-то не работает"),
}


def status(*, as_json: AsJson = False) -> None:
    """Показать одним экраном: движок, брокер, системы, паузы, инциденты, очередь ошибок, ждущие задачи.

    Выход: 0 — зелёный, 1 — жёлтый, 2 — красный. Пример: exchanger status --json
    """
    found = perform(look(load_settings()))
    if as_json:
        typer.echo(redact(json.dumps(_fields(found), ensure_ascii=False)))
    else:
        _show(found)
    raise typer.Exit(int(found.worst))


def _show(found: Status) -> None:
    typer.echo(f"{_LIGHTS[found.worst][1]}  (среда {found.environment})")
    for light in found.lights:
        typer.echo(redact(_line(light)))
    if found.topics:
        Console().print(_table(found.topics))


def _line(light: Light) -> str:
    line = f"  {_MARKS[light.severity]} {light.part}: {light.said}"
    return f"{line}\n      что делать: {light.remedy}" if light.remedy else line


def _table(topics: tuple[Waiting, ...]) -> Table:
    table = Table("тема", "система", "берётся", *TaskState, "старшая ждёт")
    for each in topics:
        counts = [str(each.counts.get(state, 0)) for state in TaskState]
        oldest = "—" if each.oldest is None else age(each.oldest)
        table.add_row(each.topic, each.system, "да" if each.served else "нет", *counts, oldest)
    return table


def _fields(found: Status) -> dict[str, object]:
    return {
        "light": _LIGHTS[found.worst][0],
        "environment": found.environment,
        "parts": [
            {"part": each.part, "severity": each.severity.name.lower(), "said": each.said, "remedy": each.remedy}
            for each in found.lights
        ],
        "topics": [
            {
                "topic": each.topic, "system": each.system, "served": each.served,
                **{state.name.lower(): each.counts.get(state, 0) for state in TaskState},
                "oldest_waiting": None if each.oldest is None else each.oldest.isoformat(),
            }
            for each in found.topics
        ],
    }  # fmt: skip
