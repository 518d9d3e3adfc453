"""`exchanger pause`, `exchanger resume`, `exchanger paused`: остановить систему и отпустить."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson, Reason, perform, required, say
from exchanger.ops.pause import Standing, open_switchboard
from exchanger.settings import load_settings

System = Annotated[str, typer.Argument(metavar="СИСТЕМА", help="Система: bitrix24, openproject, …")]


def pause(
    system: System,
    *,
    reason: Reason = "",
    everything: Annotated[
        bool, typer.Option("--all", help="Не передавать и ответы людей: к системе совсем не обращаться.")
    ] = False,
) -> None:
    """Остановить систему: новое не берётся и не создаётся, ответы людей передаются. Службы замечают за секунды.

    Пример: exchanger pause bitrix24 --reason "на портале обновление"
    """
    perform(_pause(system, required(reason), everything=everything))
    say(f"{system}: остановлена. Отпустить: exchanger resume {system} --reason …")


def resume(
    system: System,
    *,
    reason: Reason = "",
    accept: Annotated[
        bool,
        typer.Option("--accept", help="Принять пропавшее, о котором говорит тормоз: удалённое станет инцидентами."),
    ] = False,
) -> None:
    """Отпустить систему; с --accept — и её тормоз, один раз и только для того, что пропало к этой минуте.

    Пример: exchanger resume bitrix24 --accept --reason "группу удалили намеренно"
    """
    perform(_resume(system, required(reason), accept=accept))
    say(f"{system}: отпущена." + (" Пропавшее будет принято действующей вахтой." if accept else ""))


def paused(*, as_json: AsJson = False) -> None:
    """Показать, какие системы остановлены оператором. Выход 1 — есть остановленные.

    Пример: exchanger paused --json
    """
    found = perform(_look())
    for standing in found:
        say(json.dumps(_fields(standing), ensure_ascii=False) if as_json else _line(standing))
    if any(standing.scope.name != "NOTHING" for standing in found):
        raise typer.Exit(1)


async def _pause(system: str, reason: str, *, everything: bool) -> None:
    async with open_switchboard(load_settings()) as board:
        await board.pause(system, reason, everything=everything)


async def _resume(system: str, reason: str, *, accept: bool) -> None:
    async with open_switchboard(load_settings()) as board:
        await board.resume(system, reason, accept=accept)


async def _look() -> list[Standing]:
    async with open_switchboard(load_settings()) as board:
        return await board.look()


def _line(standing: Standing) -> str:
    waiting = "; приказ «принять пропавшее» ждёт действующей вахты" if standing.accepting else ""
    return f"{standing.system}: {standing.scope.value}{_by(standing)}{waiting}"


def _by(standing: Standing) -> str:
    note = standing.note
    if note is None:
        return "" if standing.scope.name == "NOTHING" else "; кем и почему, не записано"
    return f" — {note.who}, с {note.at.astimezone():%d.%m.%Y %H:%M}: {note.reason}"


def _fields(standing: Standing) -> dict[str, str | bool]:
    fields: dict[str, str | bool] = {
        "system": standing.system,
        "scope": standing.scope.name.lower(),
        "accepting": standing.accepting,
    }
    note = standing.note
    return fields if note is None else fields | {"who": note.who, "since": note.at.isoformat(), "reason": note.reason}
