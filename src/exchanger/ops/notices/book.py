"""Что уже сказано и что пора сказать: повторы отброшены, тихие часы и предел в час соблюдены. Без ввода-вывода."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LONGEST = 20
"""Строк в одном извещении; остальные называются числом."""

GONE = timedelta(minutes=12)
"""Столько о неполадке молчат те, кто о ней говорил (повторяют раз в пять минут), — и она считается прошедшей."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Сколько неполадке длиться, тихие часы суток (местные), извещений в час."""

    after: timedelta = timedelta(minutes=2)
    quiet: frozenset[int] = frozenset()
    per_hour: int = 6


@dataclass(frozen=True, slots=True)
class Letter:
    """Одно извещение: заголовок и строки."""

    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Целиком."""
        return "\n".join((self.title, "", *self.lines))


@dataclass(slots=True)
class _Trouble:
    what: str
    since: datetime
    heard: datetime
    told: bool = False


@dataclass(slots=True)
class _Happened:
    what: str
    advice: str
    count: int = 0
    examples: list[str] = field(default_factory=list)


_EXAMPLES = 3
_HOUR = timedelta(hours=1)
_MINUTES = 60


class Book:
    """Неполадки и события по предметам; предмет — строка, по которой узнаётся повтор."""

    def __init__(self, pace: Pace, name: str) -> None:
        self._pace = pace
        self._name = name
        self._troubles: dict[str, _Trouble] = {}
        self._over: list[str] = []
        self._happened: dict[str, _Happened] = {}
        self._sent: deque[datetime] = deque()

    def opened(self, subject: str, what: str, at: datetime) -> None:
        """Неполадка есть; повтор только продлевает её и обновляет причину."""
        known = self._troubles.setdefault(subject, _Trouble(what, at, at))
        known.what, known.heard = what, at

    def closed(self, subject: str, at: datetime) -> None:
        """Неполадка прошла; о той, о которой не извещали, не говорят."""
        known = self._troubles.pop(subject, None)
        if known is not None and known.told:
            self._over.append(f"✓ прошло: {known.what} (длилось {_span(at - known.since)})")

    def happened(self, subject: str, what: str, example: str, advice: str) -> None:
        """Случилось; повторы одного предмета до следующего извещения складываются в число."""
        known = self._happened.setdefault(subject, _Happened(what, advice))
        known.count += 1
        if len(known.examples) < _EXAMPLES:
            known.examples.append(example)

    def take(self, now: datetime, hour: int) -> Letter | None:
        """Извещение, если пора; взятое считается сказанным. `hour` — местный час."""
        self._forget(now)
        due = [one for one in self._troubles.values() if not one.told and now - one.since >= self._pace.after]
        if not (due or self._over or self._happened) or hour in self._pace.quiet or not self._may(now):
            return None
        lines = [*(f"✗ {one.what}" for one in due), *self._over, *_counted(self._happened.values())]
        for one in due:
            one.told = True
        good = not due and not self._happened
        self._over, self._happened = [], {}
        self._sent.append(now)
        return Letter(f"Exchanger {self._name}: {'снова работает' if good else 'нужно внимание'}", _cut(lines))

    def _forget(self, now: datetime) -> None:
        for subject in [name for name, one in self._troubles.items() if now - one.heard > GONE]:
            self.closed(subject, self._troubles[subject].heard)

    def _may(self, now: datetime) -> bool:
        while self._sent and now - self._sent[0] >= _HOUR:
            self._sent.popleft()
        return len(self._sent) < self._pace.per_hour


def _counted(happened: Iterable[_Happened]) -> Iterator[str]:
    for one in happened:
        more = f" и ещё {one.count - len(one.examples)}" if one.count > len(one.examples) else ""
        yield f"! {one.what}: {one.count} ({', '.join(one.examples)}{more}) — {one.advice}"


def _cut(lines: list[str]) -> tuple[str, ...]:
    if len(lines) <= LONGEST:
        return tuple(lines)
    return (*lines[:LONGEST], f"… и ещё {len(lines) - LONGEST}: exchanger doctor")


def _span(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} ч {minutes % 60} мин" if minutes >= _MINUTES else f"{minutes} мин"
