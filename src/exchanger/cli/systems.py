"""`exchanger systems`: какие системы есть, что умеют, живы ли."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson
from exchanger.connect import Operation, Plugin
from exchanger.domain.errors import ConfigError
from exchanger.ops.doctor import Section, examine_systems
from exchanger.ops.systems import counted, listing, parameters
from exchanger.ops.systems import reference as reference_text
from exchanger.settings import load_settings
from exchanger.telemetry.redact import redact
from exchanger.wiring import Broken, Registry

app = typer.Typer(help="Системы: список, описание, живая проба.", no_args_is_help=True)

_NEED = {"": ", обязателен", "—": ""}

Name = Annotated[str, typer.Argument(help="Имя системы.", metavar="NAME")]


@app.command(name="list")
def list_(*, as_json: AsJson = False) -> None:
    """Показать все известные системы, их темы и обещания; включённая, но сломанная — выход 1.

    Пример: exchanger systems list --json
    """
    lines = listing(load_settings())
    for line in lines:
        if as_json:
            typer.echo(json.dumps(asdict(line), ensure_ascii=False))
            continue
        state = "включена" if line.enabled else "выключена"
        typer.echo(f"{line.name}  [{state}]" + (f"  ✗ {redact(line.why)}" if line.why else ""))
        for topic, promise in line.topics:
            typer.echo(f"    {topic}  ({promise})")
    if any(line.enabled and line.why for line in lines):
        raise typer.Exit(1)


@app.command()
def about(name: Name) -> None:
    """Описать систему: операции с параметрами, обещания, карточка качества.

    Пример: exchanger systems about bitrix24
    """
    found = Registry.installed().load(name)
    if isinstance(found, Broken):
        raise ConfigError(f"Система {name}: {found.why}", remedy=found.remedy)
    typer.echo("\n".join(_about(found)))


def _about(plugin: Plugin) -> list[str]:
    lines = [f"Система {plugin.name}"]
    for operation in plugin.operations:
        lines += ["", *_operation(operation)]
    lines += ["", f"Качество: {counted(plugin.quality)}"]
    lines += [f"  {rule.mark.value:<6}  {rule.title}: {rule.why}" for rule in plugin.quality.rules]
    return lines


def _operation(operation: Operation) -> list[str]:
    lines = [f"Темы: {', '.join(operation.topics)}  ({operation.promise.value})"]
    if operation.about:
        lines.append(f"  {operation.about}")
    for each in parameters(operation):
        need = _NEED.get(each.default, f", без него {each.default}")
        lines.append(f"  {each.name}: {each.kind}{need}" + (f" — {each.about}" if each.about else ""))
    return lines


@app.command()
def check(name: Annotated[str | None, typer.Argument(help="Система; без имени — все включённые.")] = None) -> None:
    """Проверить живьём: адрес, вход, поля. Выход: 0 — хорошо, 1 — замечания, 2 — ошибки.

    Пример: exchanger systems check bitrix24
    """
    sections = asyncio.run(_sections(name))
    for section in sections:
        typer.echo(redact(section.text()))
    raise typer.Exit(int(max(section.worst for section in sections)))


async def _sections(name: str | None) -> list[Section]:
    settings = load_settings()
    if name is not None and name not in settings.installation.systems:
        raise ConfigError(f"Система {name} не включена.", remedy=f"добавьте её: EXCHANGER_SYSTEMS=...,{name}.")
    return [section async for section in examine_systems(settings, name)]


@app.command()
def reference() -> None:
    """Напечатать справочник встроенных систем (docs/reference/systems.md).

    Пример: exchanger systems reference > systems.md
    """
    typer.echo(reference_text(), nl=False)
