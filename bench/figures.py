"""What a measurement gives, and the table for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bench.proc import Spent


@dataclass(frozen=True, slots=True)
class Limit:
    """The engine alone: tasks per second, and its own CPU in milliseconds per task."""

    rate: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from the closing of a task by a person to its completion in the engine."""

    median: float
    high: float
    most: float

    @classmethod
    def of(cls, samples: Iterable[float]) -> Latency:
        ordered = sorted(samples)
        if not ordered:
            raise ValueError("нет ни одного завершения с известным временем закрытия")
        last = len(ordered) - 1
        return cls(ordered[last // 2], ordered[int(last * 0.95)], ordered[last])


@dataclass(frozen=True, slots=True)
class Loop:
    """One run of the whole loop. Counters are of the whole run, `tasks` of them were made."""

    bus: str
    tasks: int
    seconds: float
    engine_calls: Mapping[str, int]
    api_requests: Mapping[str, int]
    api_calls: Mapping[str, int]
    messages: Mapping[str, int]
    spent: Mapping[str, Spent]
    latency: Latency

    @property
    def rate(self) -> float:
        return self.tasks / self.seconds

    def per_task(self, counts: Mapping[str, int]) -> float:
        return sum(counts.values()) / self.tasks

    def cpu_per_task(self, name: str) -> float:
        """Milliseconds."""
        return self.spent[name].cpu / self.tasks * 1000

    def json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "rate": self.rate,
            "per_task": {
                "engine_calls": self.per_task(self.engine_calls),
                "api_requests": self.per_task(self.api_requests),
                "api_calls": self.per_task(self.api_calls),
                "messages": self.per_task(self.messages),
                "cpu_ms": {name: self.cpu_per_task(name) for name in self.spent},
            },
        }


@dataclass(frozen=True, slots=True)
class Result:
    """All of one run of the bench."""

    name: str
    date: str
    machine: Mapping[str, str]
    limits: tuple[Limit, ...]
    loops: tuple[Loop, ...]
    quiet: tuple[Loop, ...]

    @property
    def limit(self) -> Limit:
        """The mean of what was measured before and after the loops."""
        count = len(self.limits)
        return Limit(sum(each.rate for each in self.limits) / count, sum(each.cpu_ms for each in self.limits) / count)

    def json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "date": self.date,
            "machine": dict(self.machine),
            "engine_limit": asdict(self.limit),
            "engine_limits": [asdict(each) for each in self.limits],
            "ratio_to_engine_limit": {loop.bus: loop.rate / self.limit.rate for loop in self.loops},
            "loops": [loop.json() for loop in self.loops],
            "quiet": [loop.json() for loop in self.quiet],
        }

    def markdown(self) -> str:
        buses = [loop.bus for loop in self.loops]
        lines = [
            f"# Измерения: {self.name}, {self.date}",
            "",
            ", ".join(f"{name} {value}" for name, value in self.machine.items()),
            "",
            f"Предел самого движка (старт, выборка, завершение тем же клиентом): {self.limit.rate:.0f} задач/с.",
            f"CPU движка при этом {self.limit.cpu_ms:.1f} мс на задачу (с долей старта экземпляра).",
            f"Предел измерен в том же прогоне до и после ({_rates(self.limits)}): таблицы движка растут.",
            "Все части делят ядра одной машины.",
            "",
            "| | " + " | ".join(buses) + " |",
            "|---|" + "---:|" * len(buses),
        ]
        lines += [f"| {title} | " + " | ".join(values) + " |" for title, values in self._rows()]
        return "\n".join(lines) + "\n"

    def _rows(self) -> Iterable[tuple[str, list[str]]]:
        loops = self.loops
        yield "задач", [str(loop.tasks) for loop in loops]
        yield "весь путь, задач/с", [f"{loop.rate:.1f}" for loop in loops]
        yield "доля предела движка", [f"{loop.rate / self.limit.rate:.2f}" for loop in loops]
        yield "вызовов движка на задачу", [f"{loop.per_task(loop.engine_calls):.2f}" for loop in loops]
        yield "запросов к порталу на задачу", [f"{loop.per_task(loop.api_requests):.2f}" for loop in loops]
        yield "сообщений на задачу", [f"{loop.per_task(loop.messages):.2f}" for loop in loops]
        for name in dict.fromkeys(name for loop in loops for name in loop.spent):
            yield f"CPU {name}, мс на задачу", [_cpu(loop, name) for loop in loops]
        for name in dict.fromkeys(name for loop in loops for name in loop.spent):
            yield f"память {name}, наибольшая, МиБ", [_peak(loop, name) for loop in loops]
        yield "от закрытия до завершения под нагрузкой, с (медиана / 95 %)", [_latency(loop) for loop in loops]
        yield "то же в покое", [_latency(loop) for loop in self.quiet]


def _rates(limits: Iterable[Limit]) -> str:
    return " и ".join(f"{each.rate:.0f}" for each in limits)


def _cpu(loop: Loop, name: str) -> str:
    return f"{loop.cpu_per_task(name):.1f}" if name in loop.spent else "—"


def _peak(loop: Loop, name: str) -> str:
    return f"{loop.spent[name].peak:.0f}" if name in loop.spent else "—"


def _latency(loop: Loop) -> str:
    return f"{loop.latency.median:.2f} / {loop.latency.high:.2f}"
