"""Сроки и повторы: чистые правила."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from exchanger.domain.outcome import Failed, Failure


@dataclass(frozen=True, slots=True)
class Backoff:
    """Паузы между попытками: первая, множитель, наибольшая."""

    first: timedelta
    factor: float = 2.0
    most: timedelta = timedelta(minutes=15)

    def delay(self, failures: int) -> timedelta:
        """Пауза после стольких неудач подряд (0 — первая пауза)."""
        try:
            seconds = self.first.total_seconds() * self.factor ** min(failures, 64)
        except OverflowError:
            return self.most
        return min(timedelta(seconds=min(seconds, self.most.total_seconds())), self.most)


@dataclass(frozen=True, slots=True)
class Retries:
    """Повторы через движок: сколько попыток всего и пауза перед второй."""

    attempts: int = 3
    delay: timedelta = timedelta(seconds=5)

    def next_delay(self, retries: int | None) -> timedelta:
        """Пауза перед следующей попыткой, растущая с числом потраченных."""
        spent = self.attempts - (self.attempts if retries is None else min(retries, self.attempts))
        return Backoff(self.delay, 2.0, timedelta(minutes=15)).delay(spent)

    def failure(self, failed: Failed, retries: int | None) -> Failure:
        """Вызов `failure` для неудачи; `retries` — сколько попыток показывал движок (None — неудач не было)."""
        if failed.retry_in is None:
            return Failure(failed.message, failed.details, 0)
        left = (self.attempts if retries is None else retries) - 1
        return Failure(failed.message, failed.details, max(left, 0), failed.retry_in)


@dataclass(frozen=True, slots=True)
class Locks:
    """Короткий запор (аренда) и долгий (выдано); `made_beyond` — граница между ними, считая от сейчас."""

    lease: timedelta = timedelta(minutes=30)
    long: timedelta = timedelta(days=365)

    @property
    def made_beyond(self) -> timedelta:
        """Запертое дольше этого срока считается выданным: аренда и откаты `failure` всегда короче."""
        return self.lease * 2

    @property
    def renew_below(self) -> timedelta:
        """Долгий запор короче этого срока продлевается."""
        return max(min(timedelta(days=30), self.long / 3), self.lease * 3)


class CancelPolicy(StrEnum):
    """Что сделать с открытым объектом отменённой задачи: сказать в нём, закрыть, удалить, не трогать."""

    COMMENT = "comment"
    CLOSE = "close"
    DELETE = "delete"
    LEAVE = "leave"


def quarantine_left(
    *,
    created: datetime | None,
    term_started: datetime | None,
    elapsed: timedelta,
    quarantine: timedelta,
    margin: timedelta = timedelta(seconds=5),
) -> timedelta:
    """Сколько ещё нельзя создавать объект, потому что его мог создавать прежний держатель вахты.

    `created` и `term_started` — часы движка, None — неизвестно (тогда осторожно); `elapsed` — сколько длится вахта по
    часам процесса. Задачу, которая появилась после начала нашей вахты, прежний держатель видеть не мог.
    """
    if created is not None and term_started is not None and created > term_started + margin:
        return timedelta()
    return max(quarantine - elapsed, timedelta())
