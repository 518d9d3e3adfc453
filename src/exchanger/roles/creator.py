"""Creator: по заявке находит или создаёт ровно один объект и публикует квитанцию. Подтверждение всегда последнее."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from exchanger.connect import OpenSystem, Remark, remarks_heard
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused, TermLost
from exchanger.domain.event import EventKind
from exchanger.domain.outcome import Failed, Refused
from exchanger.domain.reconcile import EngineSays, engine_says
from exchanger.domain.task import Order
from exchanger.ports import Delivery, Term
from exchanger.roles.context import Context
from exchanger.roles.maker import Made, Maker
from exchanger.roles.quarantine import Inherited
from exchanger.roles.serial import Serial
from exchanger.telemetry.log import log
from exchanger.wire import Receipt, Response, decode_order, encode_receipt, encode_response
from exchanger.wire.names import receipt_address


class Creator:
    """Создание объектов одной системы во время одной вахты."""

    def __init__(self, context: Context, system: OpenSystem, term: Term, inherited: Inherited) -> None:
        self._context = context
        self._system = system
        self._serial = Serial()
        self._maker = Maker(context, system, term, inherited)
        self.ousted = asyncio.Event()

    async def handle(self, delivery: Delivery) -> None:
        """Выполнить одну заявку. Исключение возвращает сообщение в очередь, попыток не тратит."""
        order = decode_order(delivery.message.body)
        with log.contextualize(task=order.task.id, topic=order.task.topic):
            async with self._serial.turn(order.task.id):
                if await self._is_void(order):
                    log.info("заявка устарела: задачи уже нет, она выдана или её возьмёт новая выборка")
                    return
                with remarks_heard() as remarks:
                    outcome = await self._attempt(order)
                await self._tell(order, outcome)
                self._remark(order, outcome, remarks)

    async def _is_void(self, order: Order) -> bool:
        """An order that outlived its lease in the queue counts only while the engine still shows what it was made of.

        Otherwise its task was cancelled meanwhile, made by another order, or failed and will be fetched again. The
        predecessor's order does not say when its lock ends, and may be months old: its task must still be there.
        """
        now, lease, locks = self._context.engine.now(), order.task.locked_until, self._context.locks
        if lease is None:
            return await self._context.engine.get(order.task.id) is None
        if now is None or lease > now:
            return False
        current = await self._context.engine.get(order.task.id)
        if current is None or current.retries != order.task.retries:
            return True
        return engine_says(current, None, now=now, locks=locks) is not EngineSays.NOT_MADE

    async def _attempt(self, order: Order) -> Made | Failed | Refused:
        """Find or create; every failure of this one order becomes an outcome, a pause of the system is raised."""
        work = self._system.works.get(order.task.topic)
        if work is None:
            return Failed(f"Тема {order.task.topic} не обслуживается системой {self._system.name} этой установки.")
        try:
            return await self._maker.make(order, work)
        except SystemPaused:
            raise
        except TermLost:
            self.ousted.set()
            raise
        except OutcomeUnknown as error:
            return Failed(str(error), retry_in=self._maker.doubt(order))
        except Retry as error:
            pause = error.after or self._context.retries.next_delay(order.task.retries)
            return Failed(str(error), retry_in=min(pause, self._context.locks.lease))
        except Reject as error:
            return Failed(str(error))
        except BusinessError as error:
            return Refused(error.code, str(error))
        except Exception as error:  # noqa: BLE001 - the loop over orders; counted in the engine, recorded with its stack
            log.opt(exception=error).error("неожиданная ошибка создания")
            return Failed(f"{type(error).__name__}: {error}", retry_in=self._maker.doubt(order))

    async def _tell(self, order: Order, outcome: Made | Failed | Refused) -> None:
        if isinstance(outcome, Made):
            await self._receipt(order, outcome)
            return
        log.error("задача не создана", reason=outcome.message)
        now = self._context.clock.now()
        response = Response(replace(order, system=self._system.name), outcome, at=now)
        await self._context.bus.publish(self._context.names.responses_address, encode_response(response, now=now))
        self._context.emit(EventKind.FAILED, order.task, self._system.name, outcome=type(outcome).__name__)

    def _remark(self, order: Order, outcome: Made | Failed | Refused, remarks: Sequence[Remark]) -> None:
        if isinstance(outcome, Made) and remarks:
            what = "; ".join(dict.fromkeys(each.what for each in remarks))
            why = "; ".join(map(str, remarks))
            number = outcome.found.ref.id
            self._context.emit(EventKind.REMARK, order.task, self._system.name, object=number, remark=what, reason=why)

    async def _receipt(self, order: Order, made: Made) -> None:
        receipt = Receipt(
            order=replace(order, system=self._system.name),
            ref=made.found.ref,
            adopted=made.adopted,
            at=self._context.clock.now(),
            key=made.found.key,
        )
        await self._context.bus.publish(receipt_address(self._system.name), encode_receipt(receipt))
        kind = EventKind.ADOPTED if made.adopted else EventKind.CREATED
        self._context.emit(kind, order.task, self._system.name, object=made.found.ref.id, link=made.found.ref.link)
        log.info("объект найден" if made.adopted else "объект создан", object=made.found.ref.id)
