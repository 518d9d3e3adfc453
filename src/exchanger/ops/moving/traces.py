"""Следы задач в очередях: что ждёт, не взято и не подтверждено никем. Очереди просматриваются, сообщения остаются."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from exchanger.bus.rabbitmq.pile import pile
from exchanger.bus.rabbitmq.session import Session
from exchanger.domain.errors import DeadLetter
from exchanger.ops.dead_letter import read_entry
from exchanger.ports import Delivery
from exchanger.wire import Response, decode_order, decode_receipt, decode_response
from exchanger.wire.json_body import parse
from exchanger.wire.names import ERRORS_QUEUE, OLD_DEAD_LETTERS, Names, queue_of, sent_queue_of
from exchanger.wire.predecessor import is_old_envelope, is_old_order


@dataclass(slots=True)
class Trace:
    """Что ждёт об одной задаче. `object_id` — номер объекта из квитанции; `undelivered` — ответ в очереди ошибок.

    `new_order`, `new_answer` — в нашей форме: предшественник их не понял бы; `old_receipt` — квитанция в его форме.
    """

    order: bool = False
    new_order: bool = False
    object_id: str = ""
    answer: bool = False
    new_answer: bool = False
    old_receipt: bool = False
    undelivered: bool = False
    failed: bool = False


NO_TRACE = Trace()

Note = Callable[[Delivery], None]


@dataclass(slots=True)
class Traces:
    """Следы по id задачи: на сообщение — одна короткая запись, тел в памяти нет. `unread` — непонятые, по очередям."""

    by_task: defaultdict[str, Trace] = field(default_factory=lambda: defaultdict(Trace))
    unread: dict[str, int] = field(default_factory=dict)

    def of(self, task_id: str) -> Trace:
        """Следы задачи."""
        return self.by_task.get(task_id, NO_TRACE)


class Browser:
    """Просмотр очередей установки."""

    def __init__(self, session: Session, names: Names) -> None:
        self._session = session
        self._names = names
        self._traces = Traces()

    async def look(self, systems: Iterable[str]) -> Traces:
        """Просмотреть очереди заявок, квитанций, ответов и ошибок."""
        for system in systems:
            await self._queue(queue_of(system), self._order)
            await self._queue(sent_queue_of(system), self._receipt)
        await self._queue(self._names.responses_queue, self._answer)
        for queue in (ERRORS_QUEUE, OLD_DEAD_LETTERS):
            await self._queue(queue, self._letter)
        return self._traces

    async def _queue(self, queue: str, note: Note) -> None:
        if await self._session.state(queue) is None:
            return
        async with pile(self._session, queue) as waiting:
            async for held in waiting:
                try:
                    note(held.delivery)
                except DeadLetter:  # the role that consumes it will bury it with its reason
                    self._traces.unread[queue] = self._traces.unread.get(queue, 0) + 1

    def _order(self, delivery: Delivery) -> None:
        trace = self._traces.by_task[decode_order(delivery.message.body).task.id]
        trace.order = True
        trace.new_order = trace.new_order or not is_old_order(parse(delivery.message.body))

    def _receipt(self, delivery: Delivery) -> None:
        receipt = decode_receipt(delivery.message.body)
        trace = self._traces.by_task[receipt.order.task.id]
        trace.object_id = receipt.ref.id
        trace.old_receipt = trace.old_receipt or is_old_envelope(parse(delivery.message.body))

    def _answer(self, delivery: Delivery) -> None:
        response = decode_response(delivery.message.body)
        if isinstance(response, Response):
            trace = self._traces.by_task[response.task.id]
            trace.answer = True
            trace.new_answer = trace.new_answer or not is_old_envelope(parse(delivery.message.body))

    def _letter(self, delivery: Delivery) -> None:
        record = read_entry(delivery, self._names.responses_queue).record
        if not record.task_id:
            return
        trace = self._traces.by_task[record.task_id]
        if record.source_queue == self._names.responses_queue and record.original:
            trace.undelivered = True
        else:
            trace.failed = True
