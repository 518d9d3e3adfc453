from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from exchanger.sandbox.demo.ledger import Ledger, Track
from exchanger.sandbox.demo.report import page_lines, summary_table
from exchanger.sandbox.demo.screen import Page
from exchanger.sandbox.demo.summary import Summary

_MOMENTS = 8
_AROUND = 8  # lines of frames, headings and the counter
_MOST_ROWS = 30


class LiveScreen:
    """Живая картина в терминале: таблица экземпляров и последние события."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._stage = ""
        self._progress = (0, 0)
        self._moments: deque[str] = deque(maxlen=_MOMENTS)
        self._summed_up = False
        self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> Self:
        """Занять низ терминала."""
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Оставить последнюю картину и вернуть терминал."""
        self._live.stop()

    def stage(self, text: str) -> None:
        """Что сейчас готовится."""
        self._stage, self._progress = text, (0, 0)

    def progress(self, done: int, total: int) -> None:
        """Сколько готово."""
        self._progress = (done, total)

    def moment(self, text: str) -> None:
        """Событие в ленту."""
        self._moments.append(f"{time.strftime('%H:%M:%S')}  {text}")

    def draw(self, ledger: Ledger | None) -> None:
        """Перерисовать."""
        self._live.update(self._picture(ledger), refresh=True)

    def pages(self, pages: Sequence[Page]) -> None:
        """Адреса: над картиной, чтобы их можно было скопировать."""
        for line in page_lines(pages):
            self._live.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def summary(self, summary: Summary) -> None:
        """Итог остаётся последним: прежняя картина — над ним."""
        last, self._summed_up = self._live.renderable, True
        self._live.update(Text(), refresh=True)
        self._live.console.print(last)
        self._live.console.print(summary_table(summary))

    def _picture(self, ledger: Ledger | None) -> RenderableType:
        if ledger is None or not ledger.named:
            return self._preparing()
        if self._summed_up and not ledger.unfinished:
            return Text("\n".join(list(self._moments)[-1:]))
        return self._running(ledger)

    def _preparing(self) -> RenderableType:
        done, total = self._progress
        lines: list[RenderableType] = [Text(f"… {self._stage}")] if self._stage else []
        if done < total:
            lines += [ProgressBar(total=total, completed=done, width=40), Text(f"{done} из {total}")]
        return Group(*lines)

    def _running(self, ledger: Ledger) -> RenderableType:
        room = min(max(self._console.height - _MOMENTS - _AROUND, 3), _MOST_ROWS)
        table = Table(expand=True)
        for name in ("Договор", "Где сейчас", "Задач", "Ответы"):
            table.add_column(name, no_wrap=True, ratio=1 if name == "Где сейчас" else None)
        shown = sorted(ledger.named, key=lambda track: track.ended)[:room]
        for track in sorted(shown, key=lambda track: track.name):
            table.add_row(track.name, _place(track), str(track.made), ", ".join(track.answers))
        counter = f"Завершено {len(ledger.named) - len(ledger.unfinished)} из {len(ledger.named)}"
        feed = Text("\n".join(self._moments), no_wrap=True, overflow="ellipsis")
        return Group(table, Panel(feed, title=counter, title_align="left"))


def _place(track: Track) -> Text:
    if track.ended:
        return Text("завершён", style="green")
    if track.incidents:
        return Text(f"инцидент: {_first(incident.message or '' for incident in track.incidents)}", style="red")
    if track.open:
        return Text("; ".join(track.open.values()))
    return Text("движок и шина", style="dim")


def _first(texts: Iterable[str]) -> str:
    return next(iter(texts), "")
