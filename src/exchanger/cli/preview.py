"""`exchanger preview`: что создала бы операция."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import perform
from exchanger.cli.preview_stands import on_stand
from exchanger.connect import OpenSystem
from exchanger.domain.errors import ConfigError
from exchanger.domain.variables import JsonValue
from exchanger.ops.preview import Element, Shown
from exchanger.ops.preview import preview as shown_of
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.redact import redact
from exchanger.wiring import open_systems

_FORMATS = ("text", "json")
_PEOPLE = frozenset({"CREATED_BY", "RESPONSIBLE_ID", "ACCOMPLICES", "AUDITORS"})


def preview(
    system: Annotated[str, typer.Argument(help="Система: bitrix24, openproject, python-services, …")],
    *,
    diagram: Annotated[Path, typer.Option("--diagram", exists=True, dir_okay=False, help="Файл BPMN.")],
    element: Annotated[str, typer.Option("--element", help="id внешней задачи в диаграмме.")],
    variables: Annotated[
        Path | None, typer.Option("--vars", exists=True, dir_okay=False, help="JSON: переменная → значение.")
    ] = None,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="На стенде вместо настоящего портала.")] = False,
    output: Annotated[str, typer.Option("--format", help="text или json.")] = "text",
) -> None:
    """Показать задачу, которая была бы создана: поля, люди, чек-листы, чего не хватает. Ничего не создаётся.

    К настоящей системе идут только чтения. В выводе имена и значения полей: в них бывают личные данные.
    Пример: exchanger preview bitrix24 --diagram a.bpmn --element Activity_1 --vars v.json
    """
    if output not in _FORMATS:
        raise typer.BadParameter("text или json", param_hint="--format")
    given = Element(diagram.read_bytes(), element, {} if variables is None else _variables(variables))
    shown = perform(_show(system, given, sandbox=sandbox))
    typer.echo(redact(_json(shown) if output == "json" else _text(shown)))


async def _show(system: str, element: Element, *, sandbox: bool) -> Shown:
    async with on_stand(system) if sandbox else _real(system) as opened:
        return await shown_of(opened, element)


@asynccontextmanager
async def _real(system: str) -> AsyncIterator[OpenSystem]:
    async with open_systems(load_settings(), SystemClock()) as systems:
        by_name = {each.name: each for each in systems}
        if system not in by_name:
            raise ConfigError(
                f"Системы {system} в этой установке нет.",
                remedy=f"исправьте EXCHANGER_SYSTEMS или имя; есть: {', '.join(sorted(by_name))}.",
            )
        yield by_name[system]


def _variables(path: Path) -> dict[str, JsonValue]:
    try:
        read = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path}: это не JSON ({error}).", remedy="исправьте файл переменных.") from None
    if not isinstance(read, dict):
        raise ConfigError(f"{path}: нужен объект «переменная → значение».", remedy="исправьте файл переменных.")
    return read


def _json(shown: Shown) -> str:
    explained = shown.explained
    whole = {
        "topic": shown.topic,
        "element": shown.name,
        "fields": dict(explained.fields),
        "people": dict(explained.people),
        "later": dict(explained.later),
        "missing": list(explained.missing),
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, default=str)


def _text(shown: Shown) -> str:
    explained = shown.explained
    lines = [f"{shown.topic}: {shown.name or 'элемент без имени'}"]
    lines += [f"  {name}: {_value(name, value, shown)}" for name, value in explained.fields.items()]
    for title, value in explained.later.items():
        lines += ["", f"После создания, {title}:", *(f"  {each}" for each in _items(value))]
    if explained.missing:
        lines += ["", "Чего не хватает:", *(f"  {each}" for each in explained.missing)]
    return "\n".join(lines)


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _value(name: str, value: object, shown: Shown) -> str:
    if name in _PEOPLE or (isinstance(value, str) and value in shown.explained.people):
        return ", ".join(_person(each, shown) for each in _items(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.replace("\n", "\n    ")


def _person(number: object, shown: Shown) -> str:
    name = shown.explained.people.get(str(number), "")
    return f"{name} ({number})" if name and name != str(number) else str(number)
