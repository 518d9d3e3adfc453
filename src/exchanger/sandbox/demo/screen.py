from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from exchanger.sandbox.demo.ledger import Ledger
from exchanger.sandbox.demo.summary import Summary


@dataclass(frozen=True, slots=True)
class Page:
    """Страница или адрес для человека."""

    what: str
    address: str


class Screen(Protocol):
    """Куда показывают; `stage`, `progress` и `moment` зовут и из других потоков."""

    def stage(self, text: str) -> None:
        """Началось новое дело подготовки."""

    def progress(self, done: int, total: int) -> None:
        """Сколько сделано из скольких."""

    def moment(self, text: str) -> None:
        """Что-то произошло."""

    def draw(self, ledger: Ledger | None) -> None:
        """Обновить картину; зовут несколько раз в секунду."""

    def pages(self, pages: Sequence[Page]) -> None:
        """Адреса, открытые для человека."""

    def summary(self, summary: Summary) -> None:
        """Итог."""
