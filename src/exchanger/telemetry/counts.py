"""Счёт событий этого процесса."""

from __future__ import annotations

from collections import Counter

from exchanger.domain.event import Event, EventKind


class EventCounts:
    """Сколько событий каждого рода случилось с задачами каждой системы с начала процесса."""

    def __init__(self) -> None:
        self.by_system: Counter[tuple[str, EventKind]] = Counter()

    def add(self, event: Event) -> None:
        """Посчитать событие."""
        self.by_system[event.system, event.kind] += 1

    def total(self, kind: EventKind) -> int:
        """Сколько событий рода, у всех систем."""
        return sum(count for (_, counted), count in self.by_system.items() if counted is kind)
