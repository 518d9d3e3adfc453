"""Сбои стенда: план для отдельных запросов и длящиеся переключатели."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class FaultKind(StrEnum):
    """Что случится с запросом."""

    DROP_BEFORE_COMMIT = "drop_before_commit"
    COMMIT_THEN_DROP = "commit_then_drop"
    SLOW_COMMIT = "slow_commit"
    ERROR_500_BEFORE = "error_500_before"
    ERROR_500_AFTER = "error_500_after"
    BAD_GATEWAY = "bad_gateway"
    BAD_GATEWAY_AFTER = "bad_gateway_after"
    CONFLICT = "conflict"
    TOO_MANY = "too_many"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - a kind of fault, not a password


AFTER_COMMIT = frozenset({FaultKind.COMMIT_THEN_DROP, FaultKind.ERROR_500_AFTER, FaultKind.BAD_GATEWAY_AFTER})


@dataclass(frozen=True, slots=True)
class Fault:
    """Сбой: запросы с этим методом и путём (регулярное выражение) страдают `times` раз; None — всегда.

    `delay` — секунды для SLOW_COMMIT и до сброса счёта для TOO_MANY.
    """

    kind: FaultKind
    method: str = ""
    path: str = ""
    times: int | None = 1
    delay: float = 0.0

    def suits(self, method: str, path: str) -> bool:
        """Подходит ли запрос."""
        return self.method in {"", method} and re.search(self.path, path) is not None


@dataclass(slots=True)
class Faults:
    """Все сбои экземпляра.

    `ignored_filters` — фильтры, которые список молча пропускает (так не бывает, но бывает с посредниками и подделками);
    `search_lag` — новый пакет виден по номеру, но ещё не виден в списке; `lost_webhooks` — события не доставляются.
    """

    ignored_filters: set[str] = field(default_factory=set)
    search_lag: timedelta = timedelta()
    lost_webhooks: bool = False
    fired: list[FaultKind] = field(default_factory=list)
    _plan: list[tuple[Fault, list[int | None]]] = field(default_factory=list)

    def add(self, *faults: Fault) -> None:
        """Добавить в план; первый подходящий срабатывает."""
        self._plan += [(fault, [fault.times]) for fault in faults]

    def take(self, method: str, path: str) -> Fault | None:
        """Сбой для этого запроса."""
        for fault, left in self._plan:
            if left[0] == 0 or not fault.suits(method, path):
                continue
            if left[0] is not None:
                left[0] -= 1
            self.fired.append(fault.kind)
            return fault
        return None
