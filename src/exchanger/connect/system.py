"""Система: клиент, пределы, карантин и её операции по темам."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Any, Generic, TypeVar

from exchanger.connect.circuit import Circuit
from exchanger.connect.limits import Limiter, Limits
from exchanger.connect.work import Work, WorkPromise
from exchanger.domain.errors import ConfigError
from exchanger.ports import Clock

S = TypeVar("S")
C = TypeVar("C")
W = TypeVar("W")


class Severity(IntEnum):
    """Насколько находка важна."""

    OK = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Находка самопроверки: что увидели и что делать."""

    severity: Severity
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ErrorCodes:
    """Коды BPMN-ошибок о судьбе объекта: диаграмма, которая ловит код по имени, решает сама; пусто — таких нет."""

    deleted: str = ""
    overdue: str = ""


NO_CODES = ErrorCodes()


@dataclass(frozen=True, slots=True)
class OpenSystem:
    """Система, готовая к работе: операции с клиентом внутри."""

    name: str
    works: Mapping[str, Work[Any]]
    limiter: Limiter
    circuit: Circuit
    quarantine: timedelta
    check: Callable[[], Awaitable[list[Finding]]]
    codes: ErrorCodes = NO_CODES

    @property
    def topics(self) -> list[str]:
        """Темы, которые система здесь обслуживает."""
        return sorted(self.works)


@dataclass(frozen=True, slots=True)
class _Operation(Generic[C]):
    topics: tuple[str, ...]
    promise: WorkPromise
    make: Callable[[C], Work[Any]]


class System(Generic[S, C]):
    """Описание системы: одно на папку `systems/<имя>`. S — настройки, C — клиент."""

    def __init__(
        self,
        name: str,
        *,
        client: Callable[[S, Limiter, Clock], AbstractAsyncContextManager[C]],
        limits: Callable[[S], Limits],
        quarantine: Callable[[S], timedelta],
        codes: ErrorCodes = NO_CODES,
    ) -> None:
        self.name = name
        self._codes = codes
        self._client = client
        self._limits = limits
        self._quarantine = quarantine
        self._operations: list[_Operation[C]] = []
        self._probes: list[Callable[[C], Awaitable[list[Finding]]]] = []

    def work(self, *topics: str, promise: WorkPromise) -> Callable[[W], W]:
        """Объявить работу для тем; класс получает клиента системы первым и единственным параметром."""

        def register(operation: W) -> W:
            if not callable(operation):
                raise TypeError(f"{operation!r}: операция должна быть классом с клиентом в параметре")
            self._operations.append(_Operation(topics, promise, operation))
            return operation

        return register

    def check(self, probe: Callable[[C], Awaitable[list[Finding]]]) -> Callable[[C], Awaitable[list[Finding]]]:
        """Объявить самопроверку для doctor и готовности."""
        self._probes.append(probe)
        return probe

    @property
    def topics(self) -> dict[str, WorkPromise]:
        """Темы системы и обещания операций."""
        return {topic: operation.promise for operation in self._operations for topic in operation.topics}

    def _served_as(self, topic: str, topics: Iterable[str]) -> str:
        """The topic whose operation serves this one."""
        named = max((known for known in topics if topic.lower().startswith(known.lower())), key=len, default=self.name)
        if named not in topics:
            raise ConfigError(
                f"Тему {topic} система {self.name} не обслуживает.",
                remedy=f"Исправьте EXCHANGER_TOPICS; операции системы: {', '.join(sorted(topics))}.",
            )
        return named

    @asynccontextmanager
    async def open(self, settings: S, clock: Clock, extra_topics: Iterable[str] = ()) -> AsyncIterator[OpenSystem]:
        """Открыть систему: клиент и операции, готовые к вызову. К самой системе не обращается.

        `extra_topics` — темы из настроек: операция по самому длинному совпавшему началу имени, иначе операция темы,
        которая называется как система; нет и такой — `ConfigError`.
        """
        limiter = Limiter(self._limits(settings))
        async with self._client(settings, limiter, clock) as client:
            works: dict[str, Work[Any]] = {}
            for operation in self._operations:
                made = operation.make(client)
                works.update(dict.fromkeys(operation.topics, made))
            works |= {topic: works[self._served_as(topic, works)] for topic in extra_topics}

            async def check() -> list[Finding]:
                return [finding for probe in self._probes for finding in await probe(client)]

            circuit, quarantine = Circuit(self.name, clock), self._quarantine(settings)
            yield OpenSystem(self.name, works, limiter, circuit, quarantine, check, self._codes)
