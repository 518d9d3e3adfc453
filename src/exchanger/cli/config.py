"""`exchanger config`: показать, проверить и перенести настройки."""

import asyncio
import json
import os
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import say
from exchanger.connect import Severity
from exchanger.domain.errors import ConfigError
from exchanger.ops.routes import against_engine
from exchanger.settings import Reading, examine, load_settings
from exchanger.settings.importing import Fate, Imported, import_env
from exchanger.settings.lint import lint as judge
from exchanger.settings.reference import example as example_text
from exchanger.settings.reference import reference

app = typer.Typer(help="Настройки: показать, проверить, перенести.", no_args_is_help=True)

_HAS_FAULTS = 1


class Format(StrEnum):
    """Вид порождаемого текста."""

    ENV = "env"
    MARKDOWN = "markdown"


@app.command()
def show(*, as_json: Annotated[bool, typer.Option("--json", help="Вывести JSON.")] = False) -> None:
    """Показать каждое значение (тайны закрыты), откуда оно взято и что о нём надо знать. Есть ошибки — выход 1.

    Пример: exchanger config show --json
    """
    reading = examine()
    typer.echo(_json(reading) if as_json else _table(reading))
    if reading.faults:
        raise typer.Exit(_HAS_FAULTS)


def _json(reading: Reading) -> str:
    content = {
        "environment": reading.environment,
        "file": str(reading.file.path) if reading.file.exists else None,
        "values": [asdict(value) for value in reading.values],
        "warnings": reading.warnings,
        "faults": [asdict(fault) for fault in reading.faults],
    }
    return json.dumps(content, ensure_ascii=False, indent=2)


def _table(reading: Reading) -> str:
    file = reading.file.path if reading.file.exists else f"{reading.file.path} (нет)"
    lines = [f"Среда: {reading.environment}", f"Файл: {file}", ""]
    for value in reading.values:
        note = f"  ! {value.note}" if value.note else ""
        lines.append(f"{value.name} = {value.value_masked}  [{value.origin}]{note}")
    lines += ["", *(f"Предупреждение: {text}" for text in reading.warnings)]
    lines += [f"Ошибка: {fault}" for fault in reading.faults]
    return "\n".join(lines).rstrip()


@app.command()
def lint(
    *,
    engine: Annotated[
        bool, typer.Option("--engine", help="Сверить и темы с диаграммами, развёрнутыми в движке.")
    ] = False,
) -> None:
    """Проверить всё сразу: имена, типы, связи, и не смешаны ли prod с dev; есть ошибки — выход 1.

    Пример: EXCHANGER_ENV=dev exchanger config lint --engine
    """
    verdict = judge(os.environ, Path.cwd())
    found = asyncio.run(against_engine(load_settings())) if engine and not verdict.faults else []
    for text in verdict.warnings:
        typer.echo(f"Предупреждение: {text}")
    for fault in verdict.faults:
        typer.echo(f"Ошибка: {fault}")
    for finding in found:
        kind = "Ошибка" if finding.severity is Severity.ERROR else "Предупреждение"
        say(f"{kind}: {finding.what} {finding.remedy}".rstrip())
    wrong = len(verdict.faults) + sum(finding.severity is Severity.ERROR for finding in found)
    remarks = len(verdict.warnings) + sum(finding.severity is not Severity.ERROR for finding in found)
    typer.echo(f"Ошибок: {wrong}, предупреждений: {remarks}")
    if wrong:
        raise typer.Exit(_HAS_FAULTS)


@app.command(name="import")
def import_(
    old: Annotated[Path, typer.Argument(help="Файл настроек предшественника.", metavar="OLD.env")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Куда записать новый файл.")] = None,
) -> None:
    """Сказать, что в старом файле работает, что изменилось и что не действует; с -o записать чистый .env.

    Нечего переносить или есть что исправить — выход 1. Пример: exchanger config import old.env -o .env.prod
    """
    imported = import_env(old)
    typer.echo(_report(imported))
    if not imported.values:
        raise typer.Exit(_HAS_FAULTS)
    if output is not None:
        _write(output, imported.text())
        typer.echo(f"\nЗаписан {output} (права 0600). Проверьте: exchanger config lint")
    if imported.faults:
        raise typer.Exit(_HAS_FAULTS)


def _report(imported: Imported) -> str:
    lines: list[str] = []
    for fate in Fate:
        some = [verdict for verdict in imported.verdicts if verdict.fate is fate]
        if some:
            lines.append(f"{fate.capitalize()} ({len(some)}):")
            lines += [f"  {item.name}={item.value}" + (f"  — {item.note}" if item.note else "") for item in some]
    lines += [f"Замечание: {remark}" for remark in imported.remarks]
    lines += [f"Исправьте: {fault}" for fault in imported.faults]
    return "\n".join(lines)


def _write(path: Path, text: str) -> None:
    try:
        path.touch(mode=0o600, exist_ok=False)  # before the secrets are in it; an existing file is never overwritten
        path.write_text(text, "utf-8")
    except FileExistsError:
        raise ConfigError(f"Файл {path} уже есть.", remedy="Укажите другое имя или уберите его.") from None
    except OSError as error:
        raise ConfigError(f"Файл {path} не записан: {error.strerror}.", remedy="Исправьте путь или права.") from error


@app.command()
def example(
    text_format: Annotated[
        Format, typer.Option("--format", help="env — пример файла, markdown — справочник.")
    ] = Format.ENV,
) -> None:
    """Напечатать пример файла настроек или справочник, порождённые из моделей.

    Пример: exchanger config example > .env.prod
    """
    typer.echo(example_text() if text_format is Format.ENV else reference(), nl=False)
