"""Creator: по заявке находит или создаёт ровно один объект и публикует квитанцию. Подтверждение всегда последнее."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from exchanger.connect import OpenSystem, Work
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused, TermLost
from exchanger.domain.event import EventKind
from exchanger.domain.key import Key
from exchanger.domain.outcome import Failed, Outcome, Refused
from exchanger.domain.reconcile import in_state
from exchanger.domain.task import ObjectState, Order, Snapshot
from exchanger.ports import Delivery, Term
from exchanger.roles.context import Context
from exchanger.roles.quarantine import Quarantine
from exchanger.roles.serial import Serial
from exchanger.telemetry.log import log
from exchanger.wire import Receipt, Response, decode_order, encode_receipt, encode_response, final_failure
from exchanger.wire.names import ERRORS, receipt_address


@dataclass(frozen=True, slots=True)
class Made:
    """Объект заявки; `adopted` — нашли готовый, а не создали сейчас."""

    found: Snapshot
    adopted: bool


class Creator:
    """Создание объектов одной системы во время одной вахты."""

    def __init__(self, context: Context, system: OpenSystem, term: Term) -> None:
        self._context = context
        self._system = system
        self._term = term
        self._serial = Serial()
        self.ousted = asyncio.Event()
        self._quarantine = Quarantine(term, context.engine, context.clock, system.quarantine)

    async def handle(self, delivery: Delivery) -> None:
        """Выполнить одну заявку. Исключение возвращает сообщение в очередь, попыток не тратит."""
        order = decode_order(delivery.message.body)
        with log.contextualize(task=order.task.id, topic=order.task.topic):
            async with self._serial.turn(order.task.id):
                outcome = await self._attempt(order)
                if isinstance(outcome, Made):
                    await self._receipt(order, outcome)
                elif isinstance(outcome, Failed):
                    await self._fail(order, delivery, outcome)
                else:
                    await self._respond(order, outcome)

    async def _attempt(self, order: Order) -> Made | Failed | Refused:
        """Find or create; every failure of this one order becomes an outcome, a pause of the system is raised."""
        work = self._system.works.get(order.task.topic)
        if work is None:
            return Failed(f"Тема {order.task.topic} не обслуживается системой {self._system.name} этой установки.")
        try:
            made = await self._make(order, work)
        except SystemPaused as error:
            self._system.circuit.opened(str(error), error.after)
            raise
        except TermLost:
            self.ousted.set()
            raise
        except OutcomeUnknown as error:
            return Failed(str(error), retry_in=self._quarantine.doubt(order.task.id))
        except Retry as error:
            pause = error.after or self._context.retries.next_delay(order.task.retries)
            return Failed(str(error), retry_in=min(pause, self._context.locks.lease))
        except Reject as error:
            return Failed(str(error))
        except BusinessError as error:
            return Refused(error.code, str(error))
        except Exception as error:  # noqa: BLE001 - the loop over orders; counted in the engine, recorded with its stack
            log.opt(exception=error).error("неожиданная ошибка создания")
            return Failed(f"{type(error).__name__}: {error}", retry_in=self._quarantine.doubt(order.task.id))
        self._system.circuit.succeeded()
        return made

    async def _make(self, order: Order, work: Work[Any]) -> Made:
        params = work.prepare(order)
        key = self._context.installation.key(order.task.id)
        objects = await self._objects(order, work, key)
        made = await self._existing(order, work, objects)
        if made is None:
            made = Made(await self._create(order, work, _next_key(key, objects), params), adopted=False)
        if made.found.state is ObjectState.OPEN:
            await work.finish(made.found, params)
        return made

    async def _objects(self, order: Order, work: Work[Any], key: Key) -> list[Snapshot]:
        """All objects of the key: known to be none, remembered (search may lag), or found."""
        if self._quarantine.untouched(order.task):
            return []
        remembered = self._quarantine.remembered(order.task)
        if remembered is not None and (seen := await work.read([remembered])):
            return seen
        return await self._find(order, work, key)

    async def _find(self, order: Order, work: Work[Any], key: Key) -> list[Snapshot]:
        """All objects of the key; looked for once more after the quarantine, when there were none."""
        objects = await work.find([key])
        left = self._quarantine.left(order.task)
        if objects or not left:
            return objects
        log.info("ждём карантин перед созданием", seconds=round(left.total_seconds()))
        await self._context.clock.sleep(left.total_seconds())
        return await work.find([key])

    async def _existing(self, order: Order, work: Work[Any], objects: Sequence[Snapshot]) -> Made | None:
        """The object to adopt. One that a person refused is reopened or followed by a new generation, never adopted,

        once the process has been told of the refusal (then the engine shows a count of retries).
        """
        alive = in_state(objects, ObjectState.FINISHED) or in_state(objects, ObjectState.OPEN)
        if alive:
            return Made(alive[0], adopted=True)
        if not objects:
            return None
        refused = in_state(objects, ObjectState.REFUSED)[0]
        if order.task.retries is None:
            return Made(refused, adopted=True)
        if await work.reopen(refused.ref, "Процесс повторяет задачу."):
            return Made(replace(refused, state=ObjectState.OPEN), adopted=True)
        return None

    async def _create(self, order: Order, work: Work[Any], key: Key, params: Any) -> Snapshot:
        await self._term.check()
        self._quarantine.attempted(order.task)
        created = await work.create(key, params)
        self._quarantine.made(order.task, created.ref)
        return created

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

    async def _fail(self, order: Order, delivery: Delivery, failed: Failed) -> None:
        final = self._context.retries.failure(failed, order.task.retries).retries == 0
        log.error("задача не создана", reason=failed.message, final=final)
        if final:
            now = self._context.clock.now()
            copy = final_failure(order, cause=failed.message, source_queue=delivery.queue, at=now)
            await self._context.bus.publish(ERRORS, copy)
        await self._respond(order, failed)

    async def _respond(self, order: Order, outcome: Outcome) -> None:
        now = self._context.clock.now()
        response = Response(replace(order, system=self._system.name), outcome, at=now)
        await self._context.bus.publish(self._context.names.responses_address, encode_response(response, now=now))
        self._context.emit(EventKind.FAILED, order.task, self._system.name, outcome=type(outcome).__name__)


def _next_key(key: Key, objects: Sequence[Snapshot]) -> Key:
    """Every object of the key was refused: the next generation."""
    if not objects:
        return key
    newest = max(found.key.generation if found.key is not None else 1 for found in objects)
    return replace(key, generation=newest + 1)
