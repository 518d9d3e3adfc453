"""Ограничения облачного портала: ведро запросов и время работы методов (operating)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

BASKET = 60  # seconds; ten one-minute baskets make the window
WINDOW = 600
FLOOR = 0.1  # shorter calls are not counted

CLOUD_COSTS = {"tasks.task.get": 0.15, "tasks.task.list": 0.35, "tasks.task.add": 0.4, "tasks.task.update": 0.3}


@dataclass(frozen=True, slots=True)
class Limits:
    """Настройка ограничений; None - ограничения нет.

    `per_second`/`burst` - утечка и ёмкость ведра; `operating` - секунды работы метода за десять минут;
    `costs` - условная длительность вызова метода (иначе берётся настоящая).
    """

    per_second: float | None = None
    burst: int = 50
    operating: float | None = None
    costs: dict[str, float] = field(default_factory=dict)

    @classmethod
    def cloud(cls) -> Limits:
        """Обычный облачный тариф: 2 запроса в секунду, ведро 50, 480 секунд за десять минут."""
        return cls(per_second=2.0, burst=50, operating=480.0, costs=dict(CLOUD_COSTS))


@dataclass(slots=True)
class Bucket:
    """Дырявое ведро: +1 за запрос HTTP, утекает со временем."""

    limits: Limits
    level: float = 0.0
    updated: float = 0.0

    def admit(self, now: float) -> bool:
        """Принимает запрос или отказывает (QUERY_LIMIT_EXCEEDED); `now` - секунды."""
        if self.limits.per_second is None:
            return True
        self.level = max(0.0, self.level - max(0.0, now - self.updated) * self.limits.per_second)
        self.updated = now
        if self.level + 1 > self.limits.burst:
            return False
        self.level += 1
        return True


@dataclass(slots=True)
class Operating:
    """Учёт времени работы по паре «метод, ключ доступа» в минутных корзинах."""

    limits: Limits
    _baskets: dict[tuple[str, str], dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def spent(self, method: str, key: str, now: float) -> tuple[float, int]:
        """Секунды за последние десять минут и момент (epoch), когда освободится старейшая корзина."""
        baskets = self._baskets[method, key]
        for start in [start for start in baskets if start + WINDOW <= now]:
            del baskets[start]
        oldest = min(baskets, default=int(now))
        return sum(baskets.values()), oldest + WINDOW

    def allowed(self, method: str, key: str, now: float) -> bool:
        """Проверяется до выполнения, как на портале."""
        return self.limits.operating is None or self.spent(method, key, now)[0] < self.limits.operating

    def record(self, method: str, key: str, now: float, seconds: float) -> None:
        """Записывает длительность вызова; короче 0.1 с не считается."""
        cost = self.limits.costs.get(method, seconds)
        if cost > FLOOR:
            basket = int(now // BASKET * BASKET)
            baskets = self._baskets[method, key]
            baskets[basket] = baskets.get(basket, 0.0) + cost
