"""Замечания операции об объекте: чего задать не удалось. Объект от этого не хуже сделан, но человек это видит."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_MOST = 50


@dataclass(frozen=True, slots=True)
class Remark:
    """Не удалось `what`, потому что `why`. В `what` личных данных нет, в `why` бывают слова системы."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


_current: ContextVar[list[Remark] | None] = ContextVar("remarks", default=None)


@contextmanager
def remarks_heard() -> Iterator[list[Remark]]:
    """Список, в который попадут замечания, сказанные внутри; лишние сверх полусотни отброшены."""
    heard: list[Remark] = []
    token = _current.set(heard)
    try:
        yield heard
    finally:
        _current.reset(token)


def remark(said: Remark) -> None:
    """Сказать замечание тому, кто выполняет заявку; вне заявки его никто не слышит."""
    heard = _current.get()
    if heard is not None and said not in heard and len(heard) < _MOST:
        heard.append(said)
