"""Caller: выполняет вызовы. REPEATABLE — под арендой; BLIND — под знаком «выдано», поставленным до отправки."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from exchanger.connect import BLIND, Call, OpenSystem, Side
from exchanger.domain.errors import BusinessError, LockedByOther, OutcomeUnknown, Reject, Retry, SystemPaused, TermLost
from exchanger.domain.event import EventKind
from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.reconcile import EngineSays, engine_says
from exchanger.domain.task import ExternalTask, ObjectRef, Order
from exchanger.domain.variables import Variables
from exchanger.ports import Delivery, Handler, Message, Term
from exchanger.roles.contents import with_contents
from exchanger.roles.context import Context
from exchanger.roles.index import Recent
from exchanger.roles.limit import TaskIsGone, keep_lease, within
from exchanger.roles.serial import Serial
from exchanger.telemetry.log import log
from exchanger.wire import Response, decode_order, encode_response

_LATER = timedelta(seconds=30)
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Done:
    """Чем кончился вызов; `marked` — задача заперта знаком «выдано»; `lease` — чем отличается эта заявка от других."""

    outcome: Outcome
    marked: bool
    lease: datetime | None = None


def doubtful(call: Call, why: str) -> Done:
    """Выполнен ли вызов — неизвестно: решает человек, сам он не повторяется."""
    return Done(
        Failed(
            f"Сомнительно: выполнено ли «{call.name}» — неизвестно ({why}). Что делать: проверьте; если не выполнено — "
            "повторите инцидент, и вызов будет сделан ещё раз; если выполнено — проведите процесс дальше вручную."
        ),
        marked=True,
    )


class Caller:
    """Вызовы одной системы во время одной вахты. Заявки одной задачи идут по одной; подтверждение — последнее.

    Память вахты: `_done` — исходы, которые можно передать ещё раз; `_unsent` — знак стоит, а вызова точно не было.
    """

    def __init__(self, context: Context, system: OpenSystem, term: Term, ousted: asyncio.Event) -> None:
        self._context = context
        self._system = system
        self._term = term
        self._ousted = ousted
        self._serial = Serial()
        self._done: Recent[str, Done] = Recent(_REMEMBERED)
        self._unsent: Recent[str, bool] = Recent()
        self._in_hand: list[str] = []

    async def handle(self, delivery: Delivery) -> None:
        """Выполнить одну заявку. Исключение возвращает сообщение в очередь."""
        order = decode_order(delivery.message.body)
        with log.contextualize(task=order.task.id, topic=order.task.topic), self._taken(order.task.id):
            async with self._serial.turn(order.task.id):
                await self._order(order, self._system.calls[order.task.topic])

    def is_in_hand(self, task_id: str) -> bool:
        """Заявка задачи сейчас здесь."""
        return task_id in self._in_hand

    async def conclude(self, task: ExternalTask, call: Call) -> None:
        """Передать исход задачи, которую никто не выполняет: известный ещё раз, иначе — сомнение."""
        if task.id in self._unsent:
            await self._context.engine.hold(task, self._context.locks.lease)
            return
        done = self._done.get(task.id) or doubtful(call, "исход вызова потерян")
        await self._tell(Order(task, self._system.name), done)

    @contextmanager
    def _taken(self, task_id: str) -> Iterator[None]:
        self._in_hand.append(task_id)
        try:
            yield
        finally:
            self._in_hand.remove(task_id)

    async def _order(self, order: Order, call: Call) -> None:
        current = await self._context.engine.get(order.task.id)
        if current is None or self._is_void(order, current):
            log.info("заявка устарела: задачи уже нет или её возьмёт новая выборка")
            return
        done = self._known(order, call, current) or await self._attempt(order, call)
        if done is not None:
            await self._tell(order, done)

    def _is_void(self, order: Order, current: ExternalTask) -> bool:
        """Overtaken: counted or retried since, suspended (comes again when resumed), held by another."""
        others = current.worker_id not in {None, self._context.engine.worker_id}
        return current.retries != order.task.retries or current.suspended or others

    def _known(self, order: Order, call: Call, current: ExternalTask) -> Done | None:
        """What need not, or must not, be run: the same order again, or a call that was made."""
        done = self._done.get(order.task.id)
        says = engine_says(current, None, now=self._context.engine.now(), locks=self._context.locks)
        made = call.promise is BLIND and says is not EngineSays.NOT_MADE and order.task.id not in self._unsent
        again = done is not None and done.lease is not None and done.lease == order.task.locked_until
        if done is not None and (made or again):
            return done
        return doubtful(call, "прежнее выполнение прервано") if made else None

    async def _attempt(self, order: Order, call: Call) -> Done | None:
        """Run it and remember the outcome; None - nothing is to be told."""
        self._done.pop(order.task.id)
        try:
            params = call.prepare(order)
            call.circuit.require(Side.CREATE)
            done = await self._run(order, call, params)
        except (LockedByOther, TaskIsGone):
            log.warning("задача больше не за нами, вызов прекращён")
            return None
        except TermLost:
            self._ousted.set()
            raise
        except SystemPaused as pause:
            await self._postpone(order, call, pause)
            return None
        except Reject as error:
            done = Done(Failed(str(error)), marked=False)
        if done is not None:
            done = replace(done, lease=order.task.locked_until)
            self._done.put(order.task.id, done)
        return done

    async def _run(self, order: Order, call: Call, params: Any) -> Done | None:
        """Files first, while nothing is done: what the engine withholds costs an attempt, or it would go on unseen."""
        try:
            order = await with_contents(self._context.engine, order, params)
        except Retry as error:
            return Done(self._failure(error, order), marked=False)
        run = self._run_blind if call.promise is BLIND else self._run_repeatable
        return await run(order, call, params)

    async def _run_repeatable(self, order: Order, call: Call, params: Any) -> Done:
        keeping = keep_lease(self._context, order.task)
        try:
            variables = await self._called(order, call, params, keeping)
        except (SystemPaused, TaskIsGone):
            raise
        except Exception as error:  # noqa: BLE001 - any failure of the author's function; counted in the engine
            return Done(self._failure(error, order), marked=False)
        return Done(Completed(variables), marked=False)

    async def _run_blind(self, order: Order, call: Call, params: Any) -> Done | None:
        """Mark, then send: after a crash the mark alone tells that it may have been done."""
        self._unsent.put(order.task.id, value=True)
        if not await self._context.engine.hold(order.task, self._context.locks.long):
            return None
        await self._term.check()
        self._unsent.pop(order.task.id)
        try:
            variables = await self._called(order, call, params)
        except (Retry, SystemPaused) as error:
            await self._take_back(order.task)
            if isinstance(error, SystemPaused):
                raise
            return Done(self._failure(error, order), marked=False)
        except (BusinessError, Reject) as error:
            return Done(self._failure(error, order), marked=True)
        except OutcomeUnknown as error:
            return doubtful(call, str(error))
        except Exception as error:  # noqa: BLE001 - the author's function; what it had done by then nobody knows
            log.opt(exception=error).error("неожиданная ошибка вызова")
            return doubtful(call, f"{type(error).__name__}: {error}")
        return Done(Completed(variables), marked=True)

    async def _called(self, order: Order, call: Call, params: Any, keeping: Any = None) -> Variables:
        key = self._context.installation.key(order.task.id)
        limit = call.limit(self._context.call_limit)
        with call.circuit.asking(Side.CREATE):
            variables = await within(self._context.clock, limit, call.run(params, order, key), keeping)
        call.circuit.succeeded(by=Side.CREATE)
        return variables

    async def _take_back(self, task: ExternalTask) -> None:
        """Surely not done: the mark becomes a lease again, unless another holder of the term may have set its own."""
        self._unsent.put(task.id, value=True)
        await self._term.check()
        await self._context.engine.hold(task, self._context.locks.lease)

    async def _postpone(self, order: Order, call: Call, pause: SystemPaused) -> None:
        """A pause of the whole system stops its queue; of one of its services, only the orders of that service wait."""
        if call.circuit is self._system.circuit:
            raise pause
        self._unsent.pop(order.task.id)
        later = min(pause.after or _LATER, self._context.locks.lease)
        await self._context.engine.hold(order.task, max(later, _LATER))
        log.debug("служба на паузе, задача вернётся позже", reason=str(pause))

    def _failure(self, error: Exception, order: Order) -> Outcome:
        if isinstance(error, BusinessError):
            return Refused(error.code, str(error))
        if isinstance(error, Reject):
            return Failed(str(error))
        pause = getattr(error, "after", None) or self._context.retries.next_delay(order.task.retries)
        pause = min(pause, self._context.locks.lease)
        if isinstance(error, Retry | OutcomeUnknown):
            return Failed(str(error), retry_in=pause)
        log.opt(exception=error).error("неожиданная ошибка вызова")
        return Failed(f"{type(error).__name__}: {error}", retry_in=pause)

    async def _tell(self, order: Order, done: Done) -> None:
        message, outcome = self._message(order, done)
        await self._context.bus.publish(self._context.names.responses_address, message)
        kind = EventKind.ANSWERED if isinstance(outcome, Completed) else EventKind.FAILED
        self._context.emit(kind, order.task, self._system.name, outcome=type(outcome).__name__)
        if isinstance(outcome, Completed):
            log.info("вызов выполнен")
        else:
            log.error("вызов не выполнен", reason=outcome.message)

    def _message(self, order: Order, done: Done) -> tuple[Message, Outcome]:
        """A marked call names its key as the object: the answer must not pass for the failure of a creation."""
        key, now = self._context.installation.key(order.task.id), self._context.clock.now()
        addressed = replace(order, system=self._system.name)
        ref = ObjectRef(self._system.name, str(key)) if done.marked else None
        response = Response(addressed, done.outcome, at=now, ref=ref, key=key if done.marked else None)
        try:
            return encode_response(response, now=now), done.outcome
        except Reject as error:
            outcome = Failed(f"Вызов выполнен, но его результат нельзя передать: {error}")
            return encode_response(replace(response, outcome=outcome), now=now), outcome


def routed(system: OpenSystem, caller: Caller, create: Handler) -> Handler:
    """Обработчик очереди системы: вызовы — Caller, прочее — Creator."""
    if not system.calls:
        return create

    async def handle(delivery: Delivery) -> None:
        topic = decode_order(delivery.message.body).task.topic
        await (caller.handle if topic in system.calls else create)(delivery)

    return handle
