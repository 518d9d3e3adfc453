"""Сбои стенда: план для отдельных запросов и длящиеся переключатели."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """Что случится с запросом."""

    DROP_BEFORE_COMMIT = "drop_before_commit"
    COMMIT_THEN_DROP = "commit_then_drop"
    SLOW_COMMIT = "slow_commit"
    COMMIT_THEN_DELAY = "commit_then_delay"
    TWICE = "twice"
    STOPPED_BEFORE = "stopped_before"
    STOPPED_AFTER = "stopped_after"
    HANDLER_REFUSAL = "handler_refusal"
    LOCK_CONFLICT = "lock_conflict"
    LOCK_TIMEOUT = "lock_timeout"
    MAINTENANCE = "maintenance"
    NO_LICENCE = "no_licence"
    NO_SPACE = "no_space"
    HTML_200 = "html_200"
    BAD_GATEWAY = "bad_gateway"
    BAD_GATEWAY_AFTER = "bad_gateway_after"
    NOT_IMPLEMENTED = "not_implemented"
    SESSION_LOST = "session_lost"


AFTER_COMMIT = frozenset({FaultKind.COMMIT_THEN_DROP, FaultKind.STOPPED_AFTER, FaultKind.BAD_GATEWAY_AFTER})


@dataclass(frozen=True, slots=True)
class Fault:
    """Сбой: запросы с этим методом и путём (выражение по раскодированному) страдают `times` раз; None — всегда.

    `delay` — секунды для SLOW_COMMIT (дело сделается, даже если клиент ушёл) и COMMIT_THEN_DELAY; `text` — слова
    обработчика для HANDLER_REFUSAL.
    """

    kind: FaultKind
    method: str = ""
    path: str = ""
    times: int | None = 1
    delay: float = 0.0
    text: str = "Не заполнен ответственный"

    def suits(self, method: str, path: str) -> bool:
        """Подходит ли запрос."""
        return self.method in {"", method} and re.search(self.path, path) is not None


@dataclass(slots=True)
class Faults:
    """Все сбои базы.

    `maintenance` — начало сеансов запрещено; `hang` — столько секунд длится каждый вызов; `lost_fields` — поля, запись
    которых молча теряется (обработчик конфигурации её отменяет); `ignored_filters` — поля, условия на которые
    не действуют.
    """

    maintenance: bool = False
    hang: float = 0.0
    lost_fields: set[str] = field(default_factory=set)
    ignored_filters: set[str] = field(default_factory=set)
    fired: list[FaultKind] = field(default_factory=list)
    _plan: list[tuple[Fault, list[int | None]]] = field(default_factory=list)

    def add(self, *faults: Fault) -> None:
        """Добавить в план; первый подходящий срабатывает."""
        self._plan += [(fault, [fault.times]) for fault in faults]

    def clear(self) -> None:
        """Снять всё."""
        self._plan.clear()
        self.lost_fields.clear()
        self.ignored_filters.clear()
        self.maintenance, self.hang = False, 0.0

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
