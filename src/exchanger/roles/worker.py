"""Worker: берёт внешние задачи в аренду и публикует заявки. Одна длинная выборка на систему."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from exchanger.domain.errors import ExchangerError
from exchanger.domain.event import EventKind
from exchanger.domain.outcome import Failure
from exchanger.domain.task import ExternalTask, Fetched, Order
from exchanger.roles.context import OUTAGES, RECOVERY, Context, forever
from exchanger.roles.pause import Pause, Scope
from exchanger.telemetry.log import log
from exchanger.wire import encode_order, final_failure
from exchanger.wire.names import ERRORS, queue_of

_FULL_PAUSE = 1.0
_RELEASE = timedelta(milliseconds=1)
_LATER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Window:
    """Сколько заявок системы держать в пути: больше — лежат в движке, он лучший накопитель."""

    most: int = 200
    per_fetch: int = 100


class Worker:
    """Выборка одной системы."""

    def __init__(self, context: Context, system: str, topics: Sequence[str], wait: timedelta, window: Window) -> None:
        self._context = context
        self._system = system
        self._topics = list(topics)
        self._wait = wait
        self._window = window
        self._pause = Pause(context, system)

    async def run(self) -> None:
        """Брать и публиковать, пока не остановят."""
        await forever(f"worker:{self._system}", self._step, self._context)

    async def _step(self) -> None:
        await self._pause.lifted()
        room = self._window.most - await self._context.bus.depth(queue_of(self._system))
        if room <= 0:
            await self._context.clock.sleep(_FULL_PAUSE)
            return
        fetched = await self._context.engine.fetch(
            self._topics,
            limit=min(room, self._window.per_fetch),
            lease=self._context.locks.lease,
            wait=self._wait,
        )
        if fetched:
            await self._hand_over({one.task.id: one for one in fetched})

    async def _hand_over(self, left: dict[str, Fetched]) -> None:
        """Publish all, however long the broker is away; what half the lease outlives is given back and comes again.

        What was fetched is given back however this ends: nothing waits between the fetch and this `try`.
        """
        clock = self._context.clock
        deadline = clock.monotonic() + self._context.locks.lease.total_seconds() / 2
        failures = 0
        try:
            if await self._pause.scope() is not Scope.NOTHING:  # the poll was under way when the operator spoke
                await self._release(left.values())
                return
            while outage := await self._publish_all(left):
                if clock.monotonic() >= deadline:
                    raise outage  # noqa: TRY301 - it ends the hand-over as every failure does
                self._context.health.part(f"worker:{self._system}").down(str(outage), now=clock.now())
                await clock.sleep(RECOVERY.delay(failures).total_seconds())
                failures += 1
        except BaseException:
            await self._release(left.values())
            raise

    async def _publish_all(self, left: dict[str, Fetched]) -> ExchangerError | None:
        """Publish side by side; each that is done leaves `left` at once, since a stop gives back only the others."""

        async def one(fetched: Fetched) -> ExchangerError | None:
            outage = await self._publish(fetched)
            if outage is None:
                del left[fetched.task.id]
            return outage

        outages = await asyncio.gather(*(one(fetched) for fetched in list(left.values())))
        return next((outage for outage in outages if outage is not None), None)

    async def _publish(self, fetched: Fetched) -> ExchangerError | None:
        """Publish one order; an outage is returned, so that it does not take its neighbours along."""
        task, context = fetched.task, self._context
        try:
            metadata = await context.diagrams.metadata(task.process_definition_id, task.activity_id)
        except OUTAGES as outage:
            return await self._postpone(task, outage)
        except Exception as error:  # noqa: BLE001 - one poisonous diagram must not stop its neighbours
            return await self._give_up(task, error)
        try:
            order = Order(task, self._system, fetched.variables, metadata)
            message = encode_order(order, worker_id=context.engine.worker_id, now=context.clock.now())
            await context.bus.publish(context.names.order_address(self._system, task.topic), message)
        except OUTAGES as outage:
            return outage
        except Exception as error:  # noqa: BLE001 - one poisonous task must not stop its neighbours; it becomes an incident
            return await self._give_up(task, error)
        context.emit(EventKind.ORDERED, task, self._system, topic=task.topic)
        return None

    async def _postpone(self, task: ExternalTask, outage: ExchangerError) -> ExchangerError | None:
        """One diagram cannot be had: its tasks come again a little later, the others go on."""
        try:
            await self._context.engine.hold(task, _LATER)
        except OUTAGES:
            return outage
        except ExchangerError as error:
            log.warning("задача больше не за нами, заявка не нужна", task=task.id, reason=str(error))
            return None
        log.warning("сведений диаграммы нет, задача вернётся", task=task.id, reason=str(outage))
        return None

    async def _give_up(self, task: ExternalTask, error: Exception) -> ExchangerError | None:
        log.opt(exception=None if isinstance(error, ExchangerError) else error).error(
            "заявка не может быть отправлена, инцидент в движке", task=task.id, topic=task.topic, reason=str(error)
        )
        try:
            await self._copy(task, str(error))
            await self._context.engine.settle(task, Failure(f"Заявка не отправлена: {error}", "", 0))
        except OUTAGES as outage:
            return outage
        except ExchangerError as refusal:
            log.warning("инцидент не поставлен, задача вернётся после аренды", task=task.id, reason=str(refusal))
        return None

    async def _copy(self, task: ExternalTask, cause: str) -> None:
        at, queue = self._context.clock.now(), queue_of(self._system)
        copy = final_failure(Order(task, self._system), cause=cause, source_queue=queue, at=at)
        await self._context.bus.publish(ERRORS, copy)

    async def _release(self, left: Iterable[Fetched]) -> None:
        """Give unpublished tasks back at once, so that a restart does not wait for the lease to expire."""
        for fetched in left:
            try:
                await self._context.engine.hold(fetched.task, _RELEASE)
            except OUTAGES as error:
                log.warning("аренда не возвращена, истечёт сама", task=fetched.task.id, reason=str(error))
                return
            except ExchangerError as error:
                log.warning("задача больше не за нами", task=fetched.task.id, reason=str(error))
