"""Темп наблюдения."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Как часто наблюдатель смотрит; секунды. `share` — доля времени, которую обход системы может занимать.

    `orphans` — между обходами открытых объектов, чьих задач в движке нет.
    """

    poll: float = 15.0
    walk: float = 60.0
    sweep: float = 300.0
    orphans: float = 86_400.0
    chunk: int = 500
    share: float = 0.05
