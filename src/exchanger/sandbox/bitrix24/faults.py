"""Сбои стенда: что, в каком методе, сколько раз и с какой вероятностью ломается."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from random import Random


class FaultKind(StrEnum):
    """Виды сбоев одного запроса."""

    DROP_BEFORE_COMMIT = "drop_before_commit"
    COMMIT_THEN_DROP = "commit_then_drop"
    DELAY_THEN_COMMIT = "delay_then_commit"
    COMMIT_THEN_DELAY = "commit_then_delay"
    ERROR_500_BEFORE = "error_500_before"
    ERROR_500_AFTER = "error_500_after"
    BAD_GATEWAY = "bad_gateway"
    BAD_GATEWAY_AFTER = "bad_gateway_after"
    MAINTENANCE = "maintenance"
    EXPIRED_TOKEN = "expired_token"  # noqa: S105 - the portal's error code, not a password
    INVALID_CREDENTIALS = "invalid_credentials"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    OVERLOAD_LIMIT = "overload_limit"
    QUERY_LIMIT = "query_limit"
    OPERATION_TIME_LIMIT = "operation_time_limit"
    DOMAIN_CHANGED = "domain_changed"


AFTER_COMMIT = frozenset(
    {
        FaultKind.COMMIT_THEN_DROP,
        FaultKind.COMMIT_THEN_DELAY,
        FaultKind.ERROR_500_AFTER,
        FaultKind.BAD_GATEWAY_AFTER,
    }
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Сбой по плану.

    `method` - имя или маска (`tasks.task.*`); `times` - сколько раз сработать (None - всегда); `skip` - сколько
    подходящих запросов пропустить; `delay` - секунды для видов с задержкой; `location` - новый адрес для 302;
    `inside` - сбой команды внутри batch: отказ попадает в result_error, а обрыв обрывает весь пакет на этом месте.
    """

    kind: FaultKind
    method: str = "*"
    times: int | None = 1
    skip: int = 0
    probability: float = 1.0
    delay: float = 0.0
    location: str = "http://127.0.0.1:9/"
    inside: bool = False


@dataclass(slots=True)
class _Armed:
    fault: Fault
    skip: int
    left: int | None

    def fires(self, method: str, random: Random) -> bool:
        if self.left == 0 or not fnmatchcase(method, self.fault.method.lower()):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.fault.probability < 1 and random.random() >= self.fault.probability:
            return False
        if self.left is not None:
            self.left -= 1
        return True


@dataclass(slots=True)
class EventFaults:
    """Сбои доставки событий: вероятности от 0 до 1 и задержка в секундах."""

    lost: float = 0.0
    duplicated: float = 0.0
    forged: float = 0.0
    delay: float = 0.0
    reordered: float = 0.0


@dataclass(slots=True)
class Faults:
    """Все сбои портала: длящиеся переключатели и план сбоев отдельных запросов.

    `ignored_filters` - поля фильтра, которые портал молча пропускает; `search_lag` - новая задача видна в get, но
    ещё не видна в list; `clock_skew` - часы портала впереди (или позади) настоящих.
    """

    seed: int = 0
    ignored_filters: set[str] = field(default_factory=set)
    search_lag: timedelta = timedelta(0)
    clock_skew: timedelta = timedelta(0)
    events: EventFaults = field(default_factory=EventFaults)
    fired: list[tuple[str, FaultKind]] = field(default_factory=list)
    random: Random = field(init=False)
    _plan: list[_Armed] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - a repeatable plan of faults, not cryptography

    def add(self, *faults: Fault) -> None:
        """Добавляет сбои в план; первый подходящий срабатывает."""
        self._plan.extend(_Armed(fault, fault.skip, fault.times) for fault in faults)

    def clear(self) -> None:
        """Снимает все сбои и переключатели."""
        self._plan.clear()
        self.ignored_filters.clear()
        self.search_lag = self.clock_skew = timedelta(0)
        self.events = EventFaults()

    def take(self, method: str, *, inside: bool = False) -> Fault | None:
        """Сбой для этого запроса или команды пакета (имя метода в нижнем регистре) или None."""
        for armed in self._plan:
            if armed.fault.inside is inside and armed.fires(method, self.random):
                self.fired.append((method, armed.fault.kind))
                return armed.fault
        return None
