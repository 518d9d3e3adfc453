"""Итог и адреса для печати; одинаковы на всех экранах."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exchanger.sandbox.demo.screen import Page
from exchanger.sandbox.demo.summary import Summary


def summary_table(summary: Summary) -> RenderableType:
    """Числа, приговор и список того, что не так."""
    table = Table(title="Итог", show_header=False, title_justify="left")
    table.add_column()
    table.add_column()
    for what, value in summary.rows():
        table.add_row(what, Text(value))
    return Group(table, *_verdict(summary))


def _verdict(summary: Summary) -> Iterable[Text]:
    if summary.good:
        yield Text("Каждый процесс завершился как должен, каждая задача создана ровно один раз.", style="bold green")
        return
    yield Text("Не всё прошло как должно:", style="bold red")
    for problem in summary.problems or ["ни один процесс не запущен"]:
        yield Text(f"  • {problem}")


def page_lines(pages: Sequence[Page]) -> list[str]:
    """Адреса столбцом."""
    return [f"  {page.what}: {page.address}" for page in pages]
