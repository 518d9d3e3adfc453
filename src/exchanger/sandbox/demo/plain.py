from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console

from exchanger.sandbox.demo.ledger import Ledger
from exchanger.sandbox.demo.report import page_lines, summary_table
from exchanger.sandbox.demo.screen import Page
from exchanger.sandbox.demo.summary import Summary

_COUNT_EVERY = 10.0
_QUARTERS = 4


class PlainScreen:
    """Простые строки: для CI и вывода в файл."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._counted = time.monotonic()
        self._quarter = 0

    def stage(self, text: str) -> None:
        """Строка о начале дела."""
        self._line(f"… {text}")

    def progress(self, done: int, total: int) -> None:
        """Строка на каждую четверть; когда всё уже есть — ни одной."""
        quarter = done * _QUARTERS // total if total else _QUARTERS
        if quarter > self._quarter and not (self._quarter == 0 and done == total):
            self._line(f"  файлы движка: {done} из {total}")
        self._quarter = quarter

    def moment(self, text: str) -> None:
        """Строка события."""
        self._line(f"{time.strftime('%H:%M:%S')}  {text}")

    def draw(self, ledger: Ledger | None) -> None:
        """Раз в десять секунд — сколько уже завершено."""
        if ledger is None or not ledger.unfinished or time.monotonic() - self._counted < _COUNT_EVERY:
            return
        self._counted = time.monotonic()
        done, tasks = len(ledger.named) - len(ledger.unfinished), sum(len(track.open) for track in ledger.named)
        self._line(f"— завершено {done} из {len(ledger.named)}, задач у людей {tasks}")

    def pages(self, pages: Sequence[Page]) -> None:
        """Адреса по одному в строке."""
        for line in page_lines(pages):
            self._line(line)

    def summary(self, summary: Summary) -> None:
        """Таблица итога."""
        self._console.print(summary_table(summary))

    def _line(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
