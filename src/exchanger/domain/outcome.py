"""Исходы: чем кончилась работа для процесса."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from exchanger.domain.variables import Variables


@dataclass(frozen=True, slots=True)
class Completed:
    """Работа сделана: завершить внешнюю задачу с этими переменными (и никакими другими)."""

    variables: Variables = field(default_factory=dict)
    local_variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """Исполнитель отказался или предметная ошибка: BPMN-ошибка, если диаграмма её ловит, иначе инцидент."""

    code: str
    message: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """Не удалось. `retry_in` — повтор через движок; None — инцидент сразу."""

    message: str
    details: str = ""
    retry_in: timedelta | None = None


Outcome = Completed | Refused | Failed


@dataclass(frozen=True, slots=True)
class Failure:
    """Вызов `failure` движка: осталось попыток и отсрочка следующей."""

    message: str
    details: str
    retries: int
    retry_in: timedelta = timedelta()


Settlement = Completed | Refused | Failure
"""Что отвечающий говорит движку: complete, bpmnError или failure."""
