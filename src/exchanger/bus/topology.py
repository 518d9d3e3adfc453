"""Топология брокера как данные: обменники, очереди, привязки. Имена — интерфейс существующих установок."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from exchanger.bus.pattern import matches
from exchanger.domain.errors import Retry
from exchanger.ports import Address

TASKS = "camunda.external.tasks"
UNROUTED = "camunda.unrouted.tasks"
RESPONSES_EXCHANGE = "camunda.task.responses"
EVENTS = "exchanger.events"

RESPONSES_QUEUE = "camunda.responses.queue"
ERRORS_QUEUE = "errors.camunda_tasks.queue"
DEFAULT_QUEUE = "default.queue"
OLD_DEAD_LETTERS = "bitrix24.dead_letter.queue"
"""Очередь предшественника: читается, если есть; сама не создаётся."""

RESPONSES = Address(RESPONSES_EXCHANGE, RESPONSES_QUEUE)
"""Куда публикуют ответы."""
ERRORS = Address("", ERRORS_QUEUE)
"""Куда публикуют то, что нельзя ни понять, ни выполнить: прямо в очередь, минуя привязки, которые могут удалить."""

SYSTEMS = ("bitrix24", "openproject", "1c", "python-services")
"""Системы существующих установок (кроме `default`)."""

# The predecessor bound none of the keys it published for python-services (`python-services.<topic>`), so its messages
# fell through to default.queue. Its own keys are kept beside the repaired one.
_OLD_PYTHON_KEYS = ("python.*", "email.*", "telegram.*", "yandex.*", "user.*", "file.*", "data.*")


@dataclass(frozen=True, slots=True)
class Exchange:
    """Обменник; `alternate` — куда уходит то, чему не нашлось очереди."""

    name: str
    kind: Literal["topic", "direct", "fanout"]
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


def order_address(system: str, topic: str) -> Address:
    """Адрес заявки: ключ `<система>.<тема>`."""
    return Address(TASKS, f"{system}.{topic}")


def queue_of(system: str) -> str:
    """Очередь заявок системы."""
    return f"{system}.queue"


def sent_queue_of(system: str) -> str:
    """Очередь квитанций системы."""
    return f"{system}.sent.queue"


def receipt_address(system: str) -> Address:
    """Адрес квитанции: прямо в очередь, как у предшественника."""
    return Address("", sent_queue_of(system))


def topology(extra_systems: Iterable[str] = ()) -> Topology:
    """Топология интерфейса и добавленных систем."""
    systems = tuple(dict.fromkeys((*SYSTEMS, *extra_systems)))
    exchanges = (
        Exchange(UNROUTED, "fanout"),
        Exchange(TASKS, "topic", alternate=UNROUTED),
        Exchange(RESPONSES_EXCHANGE, "direct"),
        Exchange(EVENTS, "topic"),
    )
    queues = (
        *(queue for system in (*systems, "default") for queue in (queue_of(system), sent_queue_of(system))),
        RESPONSES_QUEUE,
        ERRORS_QUEUE,
    )
    return Topology(
        MappingProxyType({exchange.name: exchange for exchange in exchanges}),
        MappingProxyType({name: Queue(name) for name in queues}),
        tuple(_bindings(systems)),
    )


def _bindings(systems: Iterable[str]) -> Iterable[Binding]:
    for system in systems:
        yield Binding(TASKS, queue_of(system), f"{system}.*")
        # A topic may hold dots of its own, and `*` is one word only.
        yield Binding(TASKS, queue_of(system), f"{system}.#")
    for key in _OLD_PYTHON_KEYS:
        yield Binding(TASKS, queue_of("python-services"), key)
    yield Binding(TASKS, ERRORS_QUEUE, "errors.camunda_tasks")
    yield Binding(UNROUTED, DEFAULT_QUEUE, "")
    yield Binding(RESPONSES_EXCHANGE, RESPONSES_QUEUE, RESPONSES_QUEUE)
