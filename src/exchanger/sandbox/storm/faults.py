"""Сбои стенда: план для отдельных запросов."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """Что случится с запросом."""

    TOO_MANY = "too_many"
    ERROR_500 = "error_500"
    BAD_GATEWAY = "bad_gateway"
    LOGIN_PAGE = "login_page"
    REDIRECT = "redirect"
    SLOW = "slow"
    DROP = "drop"
    TRUNCATED = "truncated"
    CUT_JSON = "cut_json"


@dataclass(frozen=True, slots=True)
class Fault:
    """Сбой: запросы, чей путь подходит под регулярное выражение, страдают `times` раз; None — всегда.

    `delay` — секунды для SLOW и до разрешённого повтора для TOO_MANY.
    """

    kind: FaultKind
    path: str = ""
    times: int | None = 1
    delay: float = 0.0


@dataclass(slots=True)
class _Armed:
    fault: Fault
    left: int | None


@dataclass(slots=True)
class Faults:
    """План сбоев; первый подходящий срабатывает."""

    fired: list[FaultKind] = field(default_factory=list)
    _plan: list[_Armed] = field(default_factory=list)

    def add(self, *faults: Fault) -> None:
        """Добавить в план."""
        self._plan += [_Armed(fault, fault.times) for fault in faults]

    def clear(self) -> None:
        """Снять все."""
        self._plan.clear()

    def take(self, path: str) -> Fault | None:
        """Сбой для этого запроса."""
        for armed in self._plan:
            if armed.left == 0 or re.search(armed.fault.path, path) is None:
                continue
            if armed.left is not None:
                armed.left -= 1
            self.fired.append(armed.fault.kind)
            return armed.fault
        return None
