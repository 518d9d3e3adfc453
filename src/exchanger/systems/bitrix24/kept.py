"""Память с границей и сроком: только удачные ответы, старое вытесняется."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from typing import Generic, TypeVar

from exchanger.ports import Clock

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Узнанное у портала; через `fresh` спрашивается снова, помнится не больше `bound` записей."""

    def __init__(self, clock: Clock, fresh: timedelta, bound: int) -> None:
        self._clock = clock
        self._fresh = fresh.total_seconds()
        self._bound = bound
        self._known: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def get(self, name: K) -> V | None:
        """Запомненное, если срок не вышел."""
        known = self._known.get(name)
        if known is None or known[1] <= self._clock.monotonic():
            return None
        self._known.move_to_end(name)
        return known[0]

    def put(self, name: K, value: V) -> None:
        """Запомнить."""
        self._known[name] = value, self._clock.monotonic() + self._fresh
        self._known.move_to_end(name)
        if len(self._known) > self._bound:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Забыть всё."""
        self._known.clear()

    def __len__(self) -> int:
        return len(self._known)
