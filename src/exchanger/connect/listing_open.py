"""Чего работа не обязана уметь: перечислить свои открытые объекты. Нужно, чтобы найти те, чьи задачи уже кончились."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable

from exchanger.connect.work import Cursor
from exchanger.domain.task import Snapshot


@runtime_checkable
class ListsOpen(Protocol):
    """Операция, которая это умеет. Только читает."""

    def opened(self, after: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Открытые объекты с ключом Exchanger страницами, каждая — с местом, откуда продолжить; «» — с начала.

        Одна страница — один запрос. Чужие ключи, закрытые объекты и повторы отсеет вызвавший.
        """
        ...
