"""`exchanger record` и `exchanger replay`: строение ответов системы и сравнение с ним стенда."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import perform
from exchanger.ops.record.compare import Compared, compare
from exchanger.ops.record.recording import Recorded, Recording, load
from exchanger.ops.record.systems import recordable
from exchanger.settings import load_settings
from exchanger.telemetry.redact import redact

_DIFFERENT = 1


def record(
    system: Annotated[str, typer.Argument(metavar="СИСТЕМА", help="bitrix24, openproject или 1c.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Куда записать.")],
) -> None:
    """Записать строение ответов системы: методы, ключи, роды значений, коды, время. Ничего в ней не меняется.

    Адрес и вход — из настроек. Текстов, имён, номеров и адресов в файле нет; прочтите его, прежде чем отдать.
    Пример: exchanger record bitrix24 -o portal.jsonl
    """
    wanted = recordable(system)
    lines = perform(wanted.record(load_settings()))
    output.write_text(Recording.of(system, lines).dump(), "utf-8")
    silent = sum(not each.status for each in lines)
    typer.echo(f"{output}: записано вызовов {len(lines)}, без ответа {silent}, с отказом {_refused(lines)}.")


def replay(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", exists=True, dir_okay=False, help="Запись exchanger record.")],
) -> None:
    """Повторить вызовы записи на стенде её системы и показать, где он отвечает иначе. Есть отличия — выход 1.

    Пример: exchanger replay portal.jsonl
    """
    recording = load(file.read_text("utf-8", "replace"))
    known = recordable(recording.system)
    found = compare(recording.lines, perform(known.replay(recording.lines)), known.rules)
    typer.echo(redact(_text(found, len(recording.lines))))
    if found.differences:
        raise typer.Exit(_DIFFERENT)


def _refused(lines: Sequence[Recorded]) -> int:
    return sum(bool(each.error) for each in lines)


def _text(found: Compared, called: int) -> str:
    lines = [f"{each.step} ({each.method}) {each.where or 'ответ'}: {each.what}" for each in found.differences]
    lines += [f"не сравнивалось: {each}" for each in found.skipped]
    compared = called - len(found.skipped)
    return "\n".join([*lines, f"Вызовов сравнено {compared}, отличий {len(found.differences)}."])
