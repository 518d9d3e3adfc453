"""Система: клиент, пределы, карантин и её операции по темам."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import IntEnum
from functools import partial
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from exchanger.connect.call import Call, CallFunction, CallSpec
from exchanger.connect.circuit import Circuit
from exchanger.connect.limits import Limiter, Limits
from exchanger.connect.work import CallPromise, Work, WorkPromise
from exchanger.domain.errors import ConfigError
from exchanger.ports import Clock

S = TypeVar("S")
C = TypeVar("C")
W = TypeVar("W")
F = TypeVar("F", bound=CallFunction)


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
    calls: Mapping[str, Call] = field(default_factory=dict)
    forget: Callable[[], None] | None = None
    """Забыть узнанное у системы; None — помнить нечего."""

    @property
    def topics(self) -> list[str]:
        """Темы, которые система здесь обслуживает."""
        return sorted({*self.works, *self.calls})


@dataclass(frozen=True, slots=True)
class Operation:
    """Объявленная операция для показа: темы, обещание, модель параметров и первая строка описания."""

    topics: tuple[str, ...]
    promise: WorkPromise | CallPromise
    params: type[BaseModel] | None
    about: str


@dataclass(frozen=True, slots=True)
class _Operation(Generic[C]):
    topics: tuple[str, ...]
    promise: WorkPromise
    make: Callable[[C], Work[Any]]


def _first_line(described: object) -> str:
    return (inspect.getdoc(described) or "").partition("\n")[0]


def served_as(system: str, topic: str, topics: Collection[str]) -> str:
    """Тема, чья операция обслуживает и эту; `ConfigError` — такой нет."""
    named = max((known for known in topics if topic.lower().startswith(known.lower())), key=len, default=system)
    if named not in topics:
        raise ConfigError(
            f"Тему {topic} система {system} не обслуживает.",
            remedy=f"Исправьте EXCHANGER_TOPICS; операции системы: {', '.join(sorted(topics))}.",
        )
    return named


class System(Generic[S, C]):
    """Описание системы: одно на папку `systems/<имя>`. S — настройки, C — клиент."""

    def __init__(
        self,
        name: str,
        *,
        client: Callable[[S, Limiter, Clock], AbstractAsyncContextManager[C]] | None = None,
        limits: Callable[[S], Limits] = lambda _settings: Limits(),
        quarantine: Callable[[S], timedelta] = lambda _settings: timedelta(),
        codes: ErrorCodes = NO_CODES,
        forget: Callable[[C], None] | None = None,
    ) -> None:
        self.name = name
        self._forget = forget
        self._codes = codes
        self._client = client
        self._limits = limits
        self._quarantine = quarantine
        self._operations: list[_Operation[C]] = []
        self._calls: dict[str, CallSpec] = {}
        self._probes: list[Callable[[C], Awaitable[list[Finding]]]] = []

    def work(self, *topics: str, promise: WorkPromise) -> Callable[[W], W]:
        """Объявить работу для тем; класс получает клиента системы первым и единственным параметром."""

        def register(operation: W) -> W:
            if not callable(operation):
                raise TypeError(f"{operation!r}: операция должна быть классом с клиентом в параметре")
            self._operations.append(_Operation(topics, promise, operation))
            return operation

        return register

    def call(self, *topics: str, promise: CallPromise, limit: timedelta | None = None) -> Callable[[F], F]:
        """Объявить функцию для тем: сделана, когда вернулась. `limit` — сколько она может работать."""

        def register(function: F) -> F:
            spec = CallSpec.of(function, promise, limit)
            self._calls |= dict.fromkeys(topics, spec)
            return function

        return register

    def check(self, probe: Callable[[C], Awaitable[list[Finding]]]) -> Callable[[C], Awaitable[list[Finding]]]:
        """Объявить самопроверку для doctor и готовности."""
        self._probes.append(probe)
        return probe

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Операции, какими их объявили: сначала работы, потом вызовы."""
        works = [
            Operation(each.topics, each.promise, getattr(each.make, "params", None), _first_line(each.make))
            for each in self._operations
        ]
        topics: dict[int, list[str]] = {}
        for topic, spec in self._calls.items():
            topics.setdefault(id(spec), []).append(topic)
        specs = {id(spec): spec for spec in self._calls.values()}
        calls = [
            Operation(tuple(names), specs[one].promise, specs[one].params, _first_line(specs[one].function))
            for one, names in topics.items()
        ]
        return (*works, *calls)

    @property
    def topics(self) -> dict[str, WorkPromise | CallPromise]:
        """Темы системы и обещания операций."""
        works = {topic: operation.promise for operation in self._operations for topic in operation.topics}
        return {**works, **{topic: spec.promise for topic, spec in self._calls.items()}}

    @asynccontextmanager
    async def open(self, settings: S, clock: Clock, extra_topics: Iterable[str] = ()) -> AsyncIterator[OpenSystem]:
        """Открыть систему: клиент и операции, готовые к вызову. К самой системе не обращается.

        `extra_topics` — темы из настроек: операция по самому длинному совпавшему началу имени, иначе операция темы,
        которая называется как система; нет и такой — `ConfigError`.
        """
        limiter, circuit = Limiter(self._limits(settings)), Circuit(self.name, clock)
        async with self._opened(settings, limiter, clock) as client:
            works: dict[str, Work[Any]] = {}
            for operation in self._operations:
                made = operation.make(client)
                works.update(dict.fromkeys(operation.topics, made))
            calls = {topic: spec.bound(client, circuit) for topic, spec in self._calls.items()}
            for topic in extra_topics:
                named = served_as(self.name, topic, {*works, *calls})
                if named in works:
                    works[topic] = works[named]
                else:
                    calls[topic] = calls[named]

            async def check() -> list[Finding]:
                return [finding for probe in self._probes for finding in await probe(client)]

            quarantine = self._quarantine(settings)
            forget = None if self._forget is None else partial(self._forget, client)
            yield OpenSystem(self.name, works, limiter, circuit, quarantine, check, self._codes, calls, forget)

    @asynccontextmanager
    async def _opened(self, settings: S, limiter: Limiter, clock: Clock) -> AsyncIterator[Any]:
        """The client; a system without one hands its settings to the functions."""
        if self._client is None:
            yield settings
            return
        async with self._client(settings, limiter, clock) as client:
            yield client
