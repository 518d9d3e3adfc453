"""What a measurement gives, and the table for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bench.proc import Spent


@dataclass(frozen=True, slots=True)
class Limit:
    """The engine alone: tasks per second, its own CPU in milliseconds per task, cores that others took meanwhile."""

    rate: float
    cpu_ms: float
    foreign: float


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
    """One run of the whole loop: counters of the whole run, in which `tasks` were done.

    `foreign` — how many cores were taken by processes that are no part of the measurement.
    """

    bus: str
    tasks: int
    seconds: float
    foreign: float
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

    def limit(self, number: int) -> float:
        """The engine's limit beside this loop: the mean of those measured just before and just after it."""
        return (self.limits[number].rate + self.limits[number + 1].rate) / 2

    @property
    def ratios(self) -> list[float]:
        return [loop.rate / self.limit(number) for number, loop in enumerate(self.loops)]

    def json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "date": self.date,
            "machine": dict(self.machine),
            "engine_limits": [asdict(each) for each in self.limits],
            "ratio_to_engine_limit": {loop.bus: ratio for loop, ratio in zip(self.loops, self.ratios, strict=True)},
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
            "Предел движка — старт, выборка и завершение тем же клиентом, больше ничего; он измерен до и после каждого",
            "прогона. Все части делят ядра одной машины; сколько ядер брали чужие процессы, сказано ниже.",
            "",
            "| | " + " | ".join(buses) + " |",
            "|---|" + "---:|" * len(buses),
        ]
        lines += [f"| {title} | " + " | ".join(values) + " |" for title, values in self._rows()]
        return "\n".join(lines) + "\n"

    def _beside(self, number: int) -> tuple[Limit, ...]:
        return self.limits[number : number + 2]

    def _foreign(self, number: int) -> str:
        return _pair(limit.foreign for limit in self._beside(number))

    def _engine_cpu(self, number: int) -> str:
        return _pair(limit.cpu_ms for limit in self._beside(number))

    def _rows(self) -> Iterable[tuple[str, list[str]]]:
        loops = self.loops
        yield "задач", [str(loop.tasks) for loop in loops]
        yield "весь путь, задач/с", [f"{loop.rate:.1f}" for loop in loops]
        yield "предел движка рядом, задач/с", [f"{self.limit(number):.1f}" for number in range(len(loops))]
        yield "доля предела движка", [f"{ratio:.2f}" for ratio in self.ratios]
        yield "чужие процессы, ядер: путь", [f"{loop.foreign:.1f}" for loop in loops]
        yield "чужие процессы, ядер: предел до и после", [self._foreign(number) for number in range(len(loops))]
        yield "CPU движка у предела, мс на задачу", [self._engine_cpu(number) for number in range(len(loops))]
        yield "вызовов движка на задачу", [f"{loop.per_task(loop.engine_calls):.2f}" for loop in loops]
        yield "запросов к порталу на задачу", [f"{loop.per_task(loop.api_requests):.2f}" for loop in loops]
        yield "сообщений на задачу", [f"{loop.per_task(loop.messages):.2f}" for loop in loops]
        for name in dict.fromkeys(name for loop in loops for name in loop.spent):
            yield f"CPU {name}, мс на задачу", [_cpu(loop, name) for loop in loops]
        for name in dict.fromkeys(name for loop in loops for name in loop.spent):
            yield f"память {name}, наибольшая, МиБ", [_peak(loop, name) for loop in loops]
        yield "от закрытия до завершения под нагрузкой, с (медиана / 95 %)", [_latency(loop) for loop in loops]
        yield "то же в покое", [_latency(loop) for loop in self.quiet]


def _pair(values: Iterable[float]) -> str:
    return " / ".join(f"{value:.1f}" for value in values)


def _cpu(loop: Loop, name: str) -> str:
    return f"{loop.cpu_per_task(name):.1f}" if name in loop.spent else "—"


def _peak(loop: Loop, name: str) -> str:
    return f"{loop.spent[name].peak:.0f}" if name in loop.spent else "—"


def _latency(loop: Loop) -> str:
    return f"{loop.latency.median:.2f} / {loop.latency.high:.2f}"
