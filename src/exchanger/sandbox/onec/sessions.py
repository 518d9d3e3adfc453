"""Сеансы и лицензии: без повторного использования каждый вызов занимает лицензию, незакрытый сеанс держит её дальше."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from exchanger.sandbox.onec.infobase import Config


@dataclass(slots=True)
class Sessions:
    """Открытые сеансы по метке и вызовы без сеанса."""

    config: Config
    clock: Callable[[], datetime]
    open: dict[str, datetime] = field(default_factory=dict)
    calls: int = 0
    started: int = 0
    most: int = 0

    def known(self, mark: str) -> bool:
        """Жив ли сеанс; живой получает новый срок."""
        self._expire()
        if mark in self.open:
            self.open[mark] = self.clock()
            return True
        return False

    def enter(self) -> bool:
        """Начать вызов без сеанса; False — лицензий нет."""
        self._expire()
        taken = len(self.open) + self.calls
        if self.config.licences is not None and taken >= self.config.licences:
            return False
        self.calls += 1
        self.started += 1
        self.most = max(self.most, taken + 1)
        return True

    def leave(self) -> None:
        """Вызов без сеанса кончился."""
        self.calls -= 1

    def keep(self) -> str:
        """Вызов становится сеансом: его метка."""
        mark = str(uuid4())
        self.open[mark] = self.clock()
        return mark

    def finish(self, mark: str) -> None:
        """Завершить сеанс."""
        self.open.pop(mark, None)

    def _expire(self) -> None:
        old = self.clock() - timedelta(seconds=self.config.session_age)
        self.open = {mark: seen for mark, seen in self.open.items() if seen > old}
