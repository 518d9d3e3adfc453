"""Печатает docs/reference/topology.md из данных bus/topology.py; расхождение ловит tests/docs/test_topology.py."""

# ruff: noqa: INP001 - a script that Python runs by its path, not a package

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from exchanger.bus.rabbitmq.term import term_queue
from exchanger.bus.topology import topology
from exchanger.domain.routing import DEFAULT_SYSTEM, TOPICS
from exchanger.wire.names import DEFAULT_QUEUE, ERRORS_QUEUE, EVENTS, OLD_DEAD_LETTERS, Names
from exchanger.wiring.registry import BUILT_IN

COMMAND = ".venv/bin/python scripts/topology_page.py > docs/reference/topology.md"

_HEAD = f"""# Топология RabbitMQ

Порождено командой `{COMMAND}` из `src/exchanger/bus/topology.py`, руками не правится.

Чего в брокере нет, то создаётся при подключении, если хватает прав; что есть, принимается как есть, а отличия пишутся в
журнал. Exchanger ничего не удаляет. Создаваемые очереди и обменники долговечны (durable); тип очередей задаёт
`RABBITMQ_QUEUE_TYPE` (`quorum` или `classic`).
"""

_NAMES = Names()
_PURPOSES = {
    _NAMES.tasks: "заявки: ключ `<система>.<тема>`",
    _NAMES.unrouted: "заявки, которым не нашлось очереди",
    _NAMES.responses: "ответы",
    EVENTS: "события для наблюдения: ключ `<система>.<род>`, без подтверждений; своих очередей нет",
    _NAMES.responses_queue: "ответы: исходы для движка",
    ERRORS_QUEUE: "непонятые сообщения и копии окончательных неудач; разбирает её человек: `exchanger dlq`",
    DEFAULT_QUEUE: "заявки без очереди; сам Exchanger её не читает",
}

_TAIL = f"""## Сверх топологии

* Имена обменников и очереди ответов, типы обменников меняются настройками `RABBITMQ_*`; здесь — обычные.
* Вахта: исключительная очередь `{term_queue("<система>")}` живёт, пока живо соединение её держателя.
* Квитанции публикуются прямо в очередь `<система>.sent.queue`, отвергнутые сообщения — прямо в `{ERRORS_QUEUE}`
  (обменник по умолчанию).
* `{OLD_DEAD_LETTERS}` прежней системы не создаётся; её показывает `exchanger dlq list --queue`.
"""


def page() -> str:
    """Собирает страницу целиком."""
    return "\n".join([_HEAD, *_exchanges(), *_queues(), *_bindings(), *_topics(), _TAIL])


def _table(*header: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (header, ("---",) * len(header), *rows):
        yield f"| {' | '.join(cells)} |"
    yield ""


def _exchanges() -> Iterator[str]:
    yield "## Обменники\n"
    rows = (
        (f"`{each.name}`", each.kind, f"`{each.alternate}`" if each.alternate else "", _PURPOSES[each.name])
        for each in topology().exchanges.values()
    )
    yield from _table("обменник", "тип", "запасной (`alternate-exchange`)", "для чего", rows=rows)


def _queues() -> Iterator[str]:
    yield "## Очереди\n"
    yield from _table("очередь", "для чего", rows=((f"`{name}`", _purpose(name)) for name in topology().queues))


def _purpose(queue: str) -> str:
    if queue in _PURPOSES:
        return _PURPOSES[queue]
    system = queue.removesuffix(".queue").removesuffix(".sent")
    return f"{'квитанции' if queue.endswith('.sent.queue') else 'заявки'} системы {system}"


def _bindings() -> Iterator[str]:
    yield "## Привязки\n"
    rows = (
        (f"`{each.exchange}`", f"`{each.key}`" if each.key else "пустой", f"`{each.queue}`")
        for each in topology().bindings
    )
    yield from _table("обменник", "ключ", "очередь", rows=rows)


def _topics() -> Iterator[str]:
    yield "## Темы внешних задач\n"
    yield (
        "Система темы: точное имя, иначе самое длинное имя таблицы, с которого тема начинается (без учёта регистра), "
        f"иначе `{DEFAULT_SYSTEM}`. Из движка берутся только темы, для которых в этой версии есть операция.\n"
    )
    served = {topic for point in BUILT_IN for topic in point.load().topics}
    rows = ((f"`{topic}`", system, "да" if topic in served else "") for topic, system in TOPICS.items())
    yield from _table("тема", "система", "операция есть", rows=rows)


if __name__ == "__main__":
    sys.stdout.write(page())
