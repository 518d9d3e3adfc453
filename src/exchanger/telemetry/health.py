"""Здоровье частей установки. В журнал — один раз, когда часть упала, и один раз, когда вернулась."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from exchanger.telemetry.log import log


class Condition(StrEnum):
    """Состояние части."""

    STARTING = "starting"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(slots=True)
class Part:
    """Одна часть: движок, брокер, система, роль."""

    name: str
    condition: Condition = Condition.STARTING
    reason: str = ""
    since: datetime | None = None
    failures: int = field(default=0)

    def down(self, reason: str, *, now: datetime) -> None:
        """Часть не работает; первое сообщение уходит в журнал, следующие только меняют причину."""
        self.failures += 1
        if self.condition is not Condition.DOWN:
            log.error("часть установки не работает, пробуем дальше", part=self.name, reason=reason)
            self.since = now
        self.condition, self.reason = Condition.DOWN, reason

    def degraded(self, reason: str, *, now: datetime) -> None:
        """Часть работает не полностью."""
        if self.condition is not Condition.DEGRADED:
            log.warning("часть установки работает не полностью", part=self.name, reason=reason)
            self.since = now
        self.condition, self.reason = Condition.DEGRADED, reason

    def up(self, *, now: datetime) -> None:
        """Часть работает."""
        if self.condition is Condition.UP:
            return
        if self.condition is not Condition.STARTING:
            seconds = round((now - self.since).total_seconds()) if self.since else 0
            log.info("часть установки снова работает", part=self.name, seconds=seconds, failures=self.failures)
        self.condition, self.reason, self.since, self.failures = Condition.UP, "", now, 0


class Health:
    """Все части; готовность — каждая хоть раз поднялась и ни одна не лежит."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}

    def part(self, name: str) -> Part:
        """Часть с этим именем; заводится при первом обращении."""
        return self._parts.setdefault(name, Part(name))

    @property
    def parts(self) -> list[Part]:
        """Части по имени."""
        return sorted(self._parts.values(), key=lambda part: part.name)

    @property
    def ready(self) -> bool:
        """Все части работают (пусть и не полностью)."""
        return all(part.condition in {Condition.UP, Condition.DEGRADED} for part in self._parts.values())

    def report(self) -> dict[str, dict[str, str]]:
        """Состояние частей для страницы здоровья."""
        return {
            part.name: {
                "condition": part.condition.value,
                "reason": part.reason,
                "since": part.since.isoformat(timespec="seconds") if part.since else "",
            }
            for part in self.parts
        }
