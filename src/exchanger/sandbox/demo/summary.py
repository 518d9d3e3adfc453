"""Итог: числа прогона и список того, что не так."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from exchanger.sandbox.demo.verdict import Trial, problems

_KINDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Costs:
    """Сколько чего потрачено. Движок: вызовы по роду, пусто — не считались; портал: методы и запросы HTTP."""

    engine: Counter[str]
    methods: Counter[str]
    requests: int
    messages: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Итог прогона."""

    trials: Sequence[Trial]
    latencies: Sequence[float]
    costs: Costs
    seconds: float

    @property
    def problems(self) -> list[str]:
        """Всё, что не так."""
        return [text for trial in self.trials for text in problems(trial)]

    @property
    def good(self) -> bool:
        """Каждый процесс завершился как должен, и каждая задача ровно одна."""
        return bool(self.trials) and not self.problems

    @property
    def tasks(self) -> int:
        """Сколько задач на портале."""
        return sum(len(trial.works) for trial in self.trials)

    def rows(self) -> list[tuple[str, str]]:
        """Строки итога: что и сколько."""
        right = sum(1 for trial in self.trials if not problems(trial))
        keys = len({str(work.key) for trial in self.trials for work in trial.works})
        return [
            ("Процессов", f"{len(self.trials)}, завершились как должны {right}"),
            ("Задач людям", f"{self.tasks}, разных ключей {keys}"),
            ("От закрытия задачи до ответа движку", _times(self.latencies, self.tasks)),
            ("Вызовов движка на задачу", _each(self.costs.engine, self.tasks)),
            ("Вызовов портала на задачу", _each(self.costs.methods, self.tasks)),
            ("Запросов HTTP к порталу на задачу", _ratio(self.costs.requests, self.tasks)),
            ("Сообщений шины на задачу", _ratio(self.costs.messages, self.tasks)),
            ("Время", f"{self.seconds:.0f} с"),
        ]


def _times(latencies: Sequence[float], tasks: int) -> str:
    if not latencies:
        return "не измерено"
    worst = quantiles(latencies, n=20, method="inclusive")[-1] if len(latencies) > 1 else latencies[0]
    return f"медиана {median(latencies):.1f} с, 95 % — до {worst:.1f} с (измерено {len(latencies)} из {tasks})"


def _each(calls: Counter[str], tasks: int) -> str:
    if not calls:
        return "не считались: движок по https"
    kinds = ", ".join(f"{name} {_ratio(count, tasks)}" for name, count in calls.most_common(_KINDS_SHOWN))
    return f"{_ratio(calls.total(), tasks)} ({kinds})"


def _ratio(count: int, tasks: int) -> str:
    return f"{count / tasks:.1f}" if tasks else f"всего {count}"
