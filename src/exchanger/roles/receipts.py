"""Квитанции: объект существует, значит, обязательство помечается как выданное."""

from __future__ import annotations

from exchanger.connect import Side
from exchanger.domain.errors import ExchangerError
from exchanger.domain.event import EventKind
from exchanger.domain.task import ExternalTask
from exchanger.ports import Delivery
from exchanger.roles.context import OUTAGES
from exchanger.roles.index import Watched
from exchanger.roles.watch import Watch
from exchanger.telemetry.log import log
from exchanger.wire import Receipt, decode_receipt

LINK_VARIABLE = "exchanger_link"


class Receipts:
    """Приём квитанций системы."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._context = watch.context

    async def handle(self, delivery: Delivery) -> None:
        """Принять одну квитанцию: знак «выдано», ссылка для Cockpit, указатель."""
        receipt = decode_receipt(delivery.message.body)
        with log.contextualize(task=receipt.order.task.id, object=receipt.ref.id):
            task = await self._whole(receipt)
            if task is None or task.topic not in self._watch.system.works:
                log.info("квитанция задачи, которой уже нет или которая здесь не обслуживается")
                return
            marked = Watched(task, receipt.ref)
            if not await self._watch.actions.mark(marked):
                await self._too_late(marked)
                return
            await self._link(marked.task, receipt)
            self._owe(marked.task, receipt)
            self._context.emit(EventKind.MADE, task, receipt.ref.system, object=receipt.ref.id, link=receipt.ref.link)

    async def _whole(self, receipt: Receipt) -> ExternalTask | None:
        """The task as the engine knows it: a predecessor's receipt lacks what we need."""
        task = receipt.order.task
        complete = task.execution_id and task.process_definition_id
        return task if complete else await self._context.engine.get(task.id)

    def _owe(self, task: ExternalTask, receipt: Receipt) -> None:
        watched = self._watch.index.put(task, receipt.ref)
        watched.missing_since = None
        if self._watch.early.pop(task.id) or receipt.adopted:
            watched.look_again()  # finished already, perhaps long ago and behind the cursor of the changes
            self._watch.fresh.set()
        else:
            watched.checked = self._context.clock.monotonic()

    async def _link(self, task: ExternalTask, receipt: Receipt) -> None:
        """The link is for people: the engine's refusal of it must not hold up the task.

        Never while the outcome is on its way: a variable written into a task that ends meanwhile costs the loser an
        error 500, and on H2, which checks foreign keys without a lock, leaves a row that keeps the process from ending.
        """
        async with self._watch.actions.settling.turn(task.id):
            known = self._watch.index.get(task.id)
            if known is not None and known.answered:
                return
            try:
                await self._context.engine.note(task, {LINK_VARIABLE: receipt.ref.link or receipt.ref.id})
            except OUTAGES:
                raise
            except ExchangerError as error:
                log.warning("ссылка на объект не записана в процесс", reason=str(error))

    async def _too_late(self, marked: Watched) -> None:
        """The task left the engine before its object was known: the person is told, if the object is still open."""
        fate = await self._watch.fate(marked.task)
        if marked.ref is None:
            return
        work = self._watch.system.works[marked.task.topic]
        with self._watch.system.circuit.asking(Side.WATCH):
            objects = await work.read([marked.ref])
        await self._watch.gone(marked, objects, fate)
        log.info("квитанция задачи, которая больше не за нами", fate=fate.value)
