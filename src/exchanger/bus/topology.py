"""Топология брокера как данные: обменники, очереди, привязки. Имена — интерфейс существующих установок."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from exchanger.bus.pattern import ExchangeKind, matches
from exchanger.domain.errors import ConfigError, Retry
from exchanger.domain.routing import DEFAULT_SYSTEM, TOPICS
from exchanger.ports import Address
from exchanger.wire.names import DEFAULT_QUEUE, ERRORS_QUEUE, EVENTS, Names, queue_of, sent_queue_of

SYSTEMS = ("bitrix24", "openproject", "1c", "python-services")
"""Системы существующих установок (кроме `default`)."""

# The predecessor bound none of the keys it published for python-services (`python-services.<topic>`), so its messages
# fell through to default.queue. Its own keys are kept beside the repaired one.
_OLD_PYTHON_KEYS = ("python.*", "email.*", "telegram.*", "yandex.*", "user.*", "file.*", "data.*")


@dataclass(frozen=True, slots=True)
class Kinds:
    """Типы обменников, которые установка может сменить настройкой; какие не годятся, говорит `topology`."""

    tasks: ExchangeKind = "topic"
    unrouted: ExchangeKind = "fanout"
    responses: ExchangeKind = "direct"


USUAL_NAMES = Names()
USUAL_KINDS = Kinds()


@dataclass(frozen=True, slots=True)
class Exchange:
    """Обменник; `alternate` — куда уходит то, чему не нашлось очереди."""

    name: str
    kind: ExchangeKind
    alternate: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """Очередь."""

    name: str


@dataclass(frozen=True, slots=True)
class Binding:
    """Привязка очереди к обменнику."""

    exchange: str
    queue: str
    key: str


@dataclass(frozen=True, slots=True)
class Topology:
    """Всё, что должно быть в брокере."""

    exchanges: Mapping[str, Exchange]
    queues: Mapping[str, Queue]
    bindings: tuple[Binding, ...] = field(default=())

    def bindings_of(self, queue: str) -> tuple[Binding, ...]:
        """Привязки очереди."""
        return tuple(binding for binding in self.bindings if binding.queue == queue)

    def route(self, to: Address) -> tuple[str, ...]:
        """Очереди, в которые брокер положит сообщение; пусто — ни одной. Нет обменника — `Retry`."""
        if not to.exchange:
            return (to.routing_key,) if to.routing_key in self.queues else ()
        exchange = self.exchanges.get(to.exchange)
        if exchange is None:
            raise Retry(f"Нет обменника «{to.exchange}».", remedy="Создайте обменник или исправьте его имя.")
        bound = [b for b in self.bindings if b.exchange == exchange.name and matches(exchange.kind, b.key, to)]
        queues = tuple(dict.fromkeys(binding.queue for binding in bound))
        if queues or not exchange.alternate:
            return queues
        return self.route(Address(exchange.alternate, to.routing_key))


def topology(
    extra_systems: Iterable[str] = (),
    names: Names = USUAL_NAMES,
    kinds: Kinds = USUAL_KINDS,
    routes: Mapping[str, str] = TOPICS,
) -> Topology:
    """Топология интерфейса и добавленных систем; `routes` — тема → система. `ConfigError` — не годятся имена, типы."""
    _check(kinds)
    systems = tuple(dict.fromkeys((*SYSTEMS, *extra_systems)))
    exchanges = (
        Exchange(names.unrouted, kinds.unrouted),
        Exchange(names.tasks, kinds.tasks, alternate=names.unrouted),
        Exchange(names.responses, kinds.responses),
        Exchange(EVENTS, "topic"),
    )
    queues = (
        *(queue for system in (*systems, DEFAULT_SYSTEM) for queue in (queue_of(system), sent_queue_of(system))),
        names.responses_queue,
        ERRORS_QUEUE,
    )
    _apart("обменников", [exchange.name for exchange in exchanges])
    _apart("очередей", queues)
    return Topology(
        MappingProxyType({exchange.name: exchange for exchange in exchanges}),
        MappingProxyType({name: Queue(name) for name in queues}),
        (
            *_of_orders(systems, names.tasks, kinds.tasks, routes),
            # A topic exchange takes everything by `#`; a fanout, and headers without arguments, by any key.
            Binding(names.unrouted, DEFAULT_QUEUE, "#" if kinds.unrouted == "topic" else ""),
            Binding(names.responses, names.responses_queue, names.responses_queue),
        ),
    )


def _check(kinds: Kinds) -> None:
    if kinds.tasks not in {"topic", "direct"}:
        raise ConfigError(
            f"Обменник заявок типа {kinds.tasks} отдал бы каждую заявку всем системам сразу.",
            remedy="RABBITMQ_TASKS_EXCHANGE_TYPE: topic или direct.",
        )
    if kinds.unrouted == "direct":
        raise ConfigError(
            "Обменник заявок без очереди типа direct не принял бы заявку с незнакомым ключом, и она пропала бы.",
            remedy="RABBITMQ_ALTERNATE_EXCHANGE_TYPE: fanout, topic или headers.",
        )


def _apart(what: str, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(
                f"Одно имя «{name}» дано двум объектам брокера ({what} с этим именем {names.count(name)}).",
                remedy="Дайте каждому своё: RABBITMQ_*_EXCHANGE, RABBITMQ_RESPONSES_QUEUE.",
            )


def _of_orders(
    systems: Iterable[str], exchange: str, kind: ExchangeKind, routes: Mapping[str, str]
) -> Iterable[Binding]:
    """Привязки заявок: обменнику topic — образцы, обменнику direct — ключ каждой известной темы."""
    for system in systems:
        if kind == "topic":
            yield Binding(exchange, queue_of(system), f"{system}.*")
            # A topic may hold dots of its own, and `*` is one word only.
            yield Binding(exchange, queue_of(system), f"{system}.#")
        else:
            for topic, routed in routes.items():
                if routed == system:
                    yield Binding(exchange, queue_of(system), f"{system}.{topic}")
    if kind == "topic":
        for key in _OLD_PYTHON_KEYS:
            yield Binding(exchange, queue_of("python-services"), key)
    yield Binding(exchange, ERRORS_QUEUE, "errors.camunda_tasks")
