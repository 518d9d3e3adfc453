"""Ждущие сообщения в нашей форме → в форму предшественника. Старое убирается, когда новое сохранено."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from exchanger.bus.rabbitmq.pile import Held, pile
from exchanger.domain.errors import DeadLetter, Reject
from exchanger.domain.task import ExternalTask
from exchanger.journal.audit import Deed
from exchanger.ops.moving.ground import Ground
from exchanger.ops.moving.returning import TRACKED
from exchanger.ops.moving.whole import OldForms
from exchanger.telemetry.log import log
from exchanger.wire import decode_order, decode_receipt
from exchanger.wire.json_body import parse
from exchanger.wire.names import queue_of, sent_queue_of
from exchanger.wire.predecessor import is_old_envelope, is_old_order


class Rewriting:
    """Один проход по очередям. Прерванный повторяется: переписанное узнаётся и остаётся."""

    def __init__(self, ground: Ground, forms: OldForms, reason: str) -> None:
        self._ground = ground
        self._forms = forms
        self._reason = reason

    async def all(self) -> None:
        """Переписать заявки и квитанции систем, за которыми предшественник следит."""
        for system in self._ground.systems:
            if system in TRACKED:
                await self._queue(queue_of(system), self._order)
                await self._queue(sent_queue_of(system), self._receipt)

    async def _queue(self, queue: str, rewrite: Callable[[Held], Awaitable[None]]) -> None:
        if await self._ground.session.state(queue) is None:
            return
        async with pile(self._ground.session, queue) as waiting:
            async for held in waiting:
                try:
                    await rewrite(held)
                except (DeadLetter, Reject) as error:  # stays where it is; the plan says what becomes of its task
                    log.warning("сообщение осталось как есть", queue=queue, reason=str(error))

    async def _order(self, held: Held) -> None:
        body = held.delivery.message.body
        if not is_old_order(parse(body)):
            await self._replace(held, decode_order(body).task.id, self._forms.publish_order)

    async def _receipt(self, held: Held) -> None:
        body = held.delivery.message.body
        if is_old_envelope(parse(body)):
            return
        receipt = decode_receipt(body)
        await self._replace(held, receipt.order.task.id, lambda task: self._forms.publish_receipt(task, receipt.ref))

    async def _replace(self, held: Held, task_id: str, publish: Callable[[ExternalTask], Awaitable[None]]) -> None:
        task = await self._ground.ours.get(task_id)
        deed = Deed("handover", f"{held.delivery.queue}: задача {task_id}", self._reason)
        with self._ground.audit.deed(deed) as verdict:
            if task is not None:
                await publish(task)
            await held.remove()
            verdict.text = "убрано: задачи в движке нет" if task is None else "переписано в прежнюю форму"
