"""Порты: всё, чего роли ждут снаружи. Реализации выбирает только wiring."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from exchanger.domain.event import Event, EventKind
from exchanger.domain.outcome import Settlement
from exchanger.domain.task import ExternalTask, Fate, Fetched, Metadata


class Clock(Protocol):
    """Часы процесса."""

    def now(self) -> datetime:
        """Время этой машины, UTC, с поясом."""
        ...

    def monotonic(self) -> float:
        """Секунды, которые идут и тогда, когда машина или процесс спали (CLOCK_BOOTTIME)."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Ждать."""
        ...


class Engine(Protocol):
    """Движок семейства Camunda 7 глазами одного работника (worker id, тенант).

    Ошибки (domain.errors): `Retry` (не выполнено), `OutcomeUnknown` (связь оборвалась после отправки),
    `SystemPaused` (401, 403), `Reject` (отказ по существу). Методы задач, которых уже нет, описаны у каждого метода.
    """

    @property
    def worker_id(self) -> str:
        """Под этим именем задачи заперты в движке."""
        ...

    async def fetch(self, topics: Sequence[str], *, limit: int, lease: timedelta, wait: timedelta) -> list[Fetched]:
        """Взять до `limit` свободных задач в аренду `lease`; ждать их не дольше `wait`."""
        ...

    def held(self, topics: Collection[str], *, beyond: timedelta | None = None) -> AsyncIterator[list[ExternalTask]]:
        """Страницы задач, которые числятся за нами (и инциденты); `beyond` — только запертые дольше этого срока.

        Страницы перекрываются, дубли отброшены: ни одна задача, бывшая нашей всё время обхода, не пропущена.
        """
        ...

    async def get(self, task_id: str) -> ExternalTask | None:
        """Прочитать задачу; None — только собственный 404 движка."""
        ...

    async def fate(self, task: ExternalTask) -> Fate:
        """Узнать судьбу задачи, которой нет в списке, по движку и его истории."""
        ...

    async def hold(self, task: ExternalTask, span: timedelta) -> bool:
        """Запереть надолго: знак «выдано». False — задачи уже нет; `LockedByOther` — её держит другой."""
        ...

    async def settle(self, task: ExternalTask, settlement: Settlement) -> bool:
        """Передать исход. True — принят; False — задачи уже нет (исход был передан раньше или её отменили).

        `LockedByOther`, `Suspended`, `NextStepRefused` — отказ движка, их различает отвечающий; `Retry` — повторить
        (OptimisticLocking, взаимная блокировка); `Reject` — значение переменной не принято.
        """
        ...

    async def note(self, task: ExternalTask, values: Mapping[str, str]) -> None:
        """Записать локальные переменные ждущего элемента (видны в Cockpit)."""
        ...

    async def file(self, task: ExternalTask, name: str, *, most: int) -> bytes | None:
        """Содержимое переменной File, видной задаче: своей, области вокруг неё или экземпляра.

        Выборка его не отдаёт. None — такой переменной или самой задачи уже нет; `TooLarge` — содержимое длиннее `most`
        байтов; прочие `Reject` — это не файл или отдать его движок не может.
        """
        ...

    def now(self) -> datetime | None:
        """Часы движка (по заголовку Date); None — движок ещё не отвечал."""
        ...


class Diagrams(Protocol):
    """Сведения диаграмм."""

    async def metadata(self, definition_id: str, activity_id: str) -> Metadata:
        """Что диаграмма говорит об элементе; `Retry` — движок не ответил, неизвестный элемент — пустые сведения."""
        ...


@dataclass(frozen=True, slots=True)
class Address:
    """Куда публиковать: обменник («» — прямо в очередь) и ключ."""

    exchange: str
    routing_key: str


@dataclass(frozen=True, slots=True)
class Message:
    """Сообщение: тело JSON, ключ задачи (correlation id) и заголовки."""

    body: bytes
    correlation_id: str = ""
    headers: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Доставленное сообщение и откуда оно."""

    message: Message
    queue: str
    exchange: str = ""
    routing_key: str = ""
    redelivered: bool = False


Handler = Callable[[Delivery], Awaitable[None]]
"""Вернулся — подтвердить. `DeadLetter` — в очередь ошибок с причиной, потом подтвердить. Иное исключение — вернуть."""


class Term(Protocol):
    """Вахта: этот процесс — действующий для имени."""

    @property
    def started(self) -> float:
        """Начало вахты по `Clock.monotonic`."""
        ...

    async def check(self) -> None:
        """Убедиться, что вахта ещё наша (обращением к брокеру); иначе `TermLost`."""
        ...

    async def lost(self) -> None:
        """Вернуться, когда вахта потеряна."""
        ...


class Flags(Protocol):
    """Знаки оператора: поднят или нет. Переживают перезапуск, видны всем процессам установки.

    Имя — строчные латинские буквы, цифры, точка и дефис; иное — `ConfigError`. `Retry`, `OutcomeUnknown` — узнать или
    изменить не удалось: прежнее знание остаётся в силе.
    """

    async def raise_flag(self, name: str) -> None:
        """Поднять; поднятый остаётся поднятым."""
        ...

    async def lower_flag(self, name: str) -> None:
        """Опустить; опущенный остаётся опущенным."""
        ...

    async def is_raised(self, name: str) -> bool:
        """Поднят ли сейчас."""
        ...


class NotedFlags(Flags, Protocol):
    """Знаки с запиской для людей: кто поднял, когда и почему. Опущенный знак записки не хранит."""

    async def annotate(self, name: str, text: str) -> None:
        """Заменить записку знака; сам знак не меняется."""
        ...

    async def note(self, name: str) -> str:
        """Записка; «» — её нет: знак подняли руками или прежней версией."""
        ...


class Bus(Flags, Protocol):
    """Шина сообщений: «хотя бы раз», подтверждённая публикация."""

    async def publish(self, to: Address, message: Message) -> None:
        """Вернуться, когда сообщение сохранено и попало в очередь; `Retry`/`OutcomeUnknown` — иначе."""
        ...

    def consume(self, queue: str, handler: Handler, *, at_once: int) -> AbstractAsyncContextManager[None]:
        """Потреблять очередь, пока открыт контекст, не более `at_once` сообщений сразу; связь чинится сама."""
        ...

    async def depth(self, queue: str) -> int:
        """Сколько сообщений ждёт в очереди."""
        ...

    def term(self, name: str) -> AbstractAsyncContextManager[Term]:
        """Дождаться вахты `name` и держать её; держатель один на весь брокер."""
        ...

    def emit(self, event: Event) -> None:
        """Сообщить событие без подтверждения; никогда не ждёт и не бросает."""
        ...

    def subscribe(self, listener: Callable[[Event], Awaitable[None]]) -> AbstractAsyncContextManager[None]:
        """Получать события всех процессов установки, пока открыт контекст. Событие может и не дойти."""
        ...

    def hear(
        self, system: str, kind: EventKind, listener: Callable[[Event], Awaitable[None]]
    ) -> AbstractAsyncContextManager[None]:
        """Получать события одного рода об одной системе, пока открыт контекст. Событие может и не дойти."""
        ...

    def state(self) -> Mapping[str, str]:
        """Состояние связи для здоровья: «связь» → «есть» / причина; очередь → причина."""
        ...
