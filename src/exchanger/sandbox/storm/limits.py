"""Предел облака: пять запросов за любую минуту; за нарушения в течение суток учётная запись блокируется."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Принят ли запрос, сколько осталось и через сколько секунд можно снова."""

    admitted: bool
    remaining: int
    retry_after: int = 0


@dataclass(slots=True)
class Limits:
    """Счёт сервера; `per_minute` None — предела нет (свой сервер). Строже некуда: минута скользит."""

    per_minute: int | None = 5
    violations_allowed: int = 2
    taken: list[datetime] = field(default_factory=list)
    violations: list[datetime] = field(default_factory=list)
    blocked: bool = False

    def admit(self, now: datetime) -> Verdict:
        """Учесть запрос; третье нарушение за сутки блокирует навсегда (снимает поддержка)."""
        if self.per_minute is None:
            return Verdict(admitted=True, remaining=1)
        self.taken = [at for at in self.taken if now - at < _MINUTE]
        if len(self.taken) < self.per_minute:
            self.taken.append(now)
            return Verdict(admitted=True, remaining=self.per_minute - len(self.taken))
        self.violations = [*(at for at in self.violations if now - at < _DAY), now]
        self.blocked = self.blocked or len(self.violations) > self.violations_allowed
        left = _MINUTE - (now - self.taken[0])
        return Verdict(admitted=False, remaining=0, retry_after=max(1, -int(-left.total_seconds() // 1)))
