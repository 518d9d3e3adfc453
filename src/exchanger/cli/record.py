"""`exchanger record` и `exchanger replay`: строение ответов портала и сравнение с ним стенда."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import perform
from exchanger.domain.errors import ConfigError
from exchanger.ops.record import Recorded, dump, load
from exchanger.ops.record import record as recorded
from exchanger.ops.record_compare import Compared, compare
from exchanger.settings import load_settings
from exchanger.systems.bitrix24 import SYSTEM
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.redact import redact
from exchanger.wiring import bitrix_options

_DIFFERENT = 1


def record(
    system: Annotated[str, typer.Argument(metavar="СИСТЕМА", help="Пока только bitrix24.")],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Куда записать.")],
) -> None:
    """Записать строение ответов портала: методы, ключи, роды значений, коды, время. Ничего на нём не меняется.

    Портал — из BITRIX_WEBHOOK_URL. Текстов, имён, номеров и адресов в файле нет; прочтите его, прежде чем отдать.
    Пример: exchanger record bitrix24 -o portal.jsonl
    """
    if system != SYSTEM.name:
        raise ConfigError(f"Записывать систему {system} нечем.", remedy="назовите bitrix24.")
    lines = perform(recorded(bitrix_options(load_settings().bitrix), SystemClock()))
    output.write_text(dump(lines), "utf-8")
    silent = sum(not each.status for each in lines)
    typer.echo(f"{output}: записано вызовов {len(lines)}, без ответа {silent}, с отказом {_refused(lines)}.")


def replay(
    file: Annotated[Path, typer.Argument(metavar="ФАЙЛ", exists=True, dir_okay=False, help="Запись exchanger record.")],
) -> None:
    """Повторить вызовы записи на стенде Bitrix24 и показать, где он отвечает иначе. Есть отличия — выход 1.

    Пример: exchanger replay portal.jsonl
    """
    portal = load(file.read_text("utf-8", "replace"))
    # Imported here: the stand-in is not part of the services.
    from exchanger.ops.record_stand import record_stand, stand_like  # noqa: PLC0415 - as said above

    found = compare(portal, perform(record_stand(stand_like(portal))))
    typer.echo(redact(_text(found, len(portal))))
    if found.differences:
        raise typer.Exit(_DIFFERENT)


def _refused(lines: list[Recorded]) -> int:
    return sum(bool(each.error) for each in lines)


def _text(found: Compared, called: int) -> str:
    lines = [f"{each.step} ({each.method}) {each.where or 'ответ'}: {each.what}" for each in found.differences]
    lines += [f"не сравнивалось: {each}" for each in found.skipped]
    compared = called - len(found.skipped)
    return "\n".join([*lines, f"Вызовов сравнено {compared}, отличий {len(found.differences)}."])
