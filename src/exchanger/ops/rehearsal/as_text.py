"""Итог репетиции для чтения в терминале."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from exchanger.ops.rehearsal.results import Play, Reach, Rehearsed, describe

_MOST_PATHS = 20
_LONGEST = 100
_REACHES = {
    Reach.UNREACHABLE: "недостижим",
    Reach.OUTSIDE: "только извне",
    Reach.UNKNOWN: "не пройден",
}


def show(console: Console, report: Rehearsed) -> None:
    """Напечатать итог."""
    console.print(Group(*_parts(report)), markup=False, highlight=False)


def _parts(report: Rehearsed) -> Iterator[RenderableType]:
    yield Text(f"Репетиция {report.file} на движке {report.engine}", "bold")
    for verdict in report.verdicts:
        mark, style = ("✗", "red") if verdict.differences else ("✓", "green")
        yield Text(f"{mark} {verdict.name} ({verdict.seconds:.1f} с)", style)
        yield from (Text(f"    {line}") for line in verdict.differences)
    yield from _paths(report)
    yield from _cards(report)
    taken = sum(flow.reach is Reach.TAKEN for flow in report.flows)
    yield Text(f"\nПотоки: пройдено {taken} из {len(report.flows)}, проигрышей {len(report.plays)}", "bold")
    for flow in report.flows:
        if flow.reach is not Reach.TAKEN and report.explored:
            ends = f"{report.title(flow.process, flow.source)} → {report.title(flow.process, flow.target)}"
            yield Text(f"  {_REACHES[flow.reach]}: {flow.id} {ends}", "red")
    if report.remarks:
        yield Text("\nЗамечания", "bold")
        for remark in report.remarks:
            yield Text(f"  {'✗' if remark.is_problem else '·'} {remark}", "red" if remark.is_problem else "")
    yield Text(f"\n{'Удалась' if report.ok else 'Не удалась'}, {report.seconds:.1f} с", "green" if report.ok else "red")


def _paths(report: Rehearsed) -> Iterator[RenderableType]:
    yield Text("\nПути", "bold")
    shown = report.plays[:_MOST_PATHS]
    for number, play in enumerate(shown, start=1):
        yield Text(f"  {number}. {ending(report, play)}", "" if play.ended else "yellow")
        for step in play.steps:
            refused = " — движок отказал" if step.refused else ""
            yield Text(f"     {describe(step.move, report.title(step.move.process, step.move.element))}{refused}")
    if len(report.plays) > len(shown):
        yield Text(f"  … и ещё {len(report.plays) - len(shown)}: все — в --format json")


def ending(report: Rehearsed, play: Play) -> str:
    """Чем кончился проигрыш."""
    if play.broken:
        return f"сломался: {play.broken}"
    if play.stuck:
        return f"стоит: {'; '.join(play.stuck)}"
    if play.cut:
        return play.cut
    if not play.ended:
        return "дальше — как в других путях"
    ends = ", ".join(report.title(play.process, end) for end in dict.fromkeys(play.ends))
    return f"дошёл до конца {ends}".rstrip()


def _cards(report: Rehearsed) -> Iterator[RenderableType]:
    if not report.cards:
        return
    yield Text("\nЗадачи, которые были бы поставлены", "bold")
    for card in report.cards:
        where = card.system or card.topic or "задача движка"
        if card.refusal:
            yield Text(f"  {card.name} ({card.element}) — {where}: не поставили бы, см. замечания", "red")
        else:
            yield Text(f"  {card.name} ({card.element}) — {where}{_SOURCES[card.source]}")
            yield _table(card.fields)


_SOURCES = {
    "preview": ", поля запроса",
    "params": ", параметры операции (показа полей у системы нет)",
    "topic": ", тему никто из настроенных систем не обслуживает",
    "engine": "",
}


def _table(fields: Mapping[str, object]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, value in fields.items():
        if value not in (None, "", [], (), {}):
            text = " ".join(str(value).split())
            table.add_row("   ", Text(name), Text(text[:_LONGEST] + ("…" if len(text) > _LONGEST else "")))
    return table
