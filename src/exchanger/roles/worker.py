"""Worker: берёт внешние задачи в аренду и публикует заявки. Одна длинная выборка на систему."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Retry, SystemPaused
from exchanger.domain.event import EventKind
from exchanger.domain.outcome import Failure
from exchanger.domain.task import ExternalTask, Fetched, Order
from exchanger.roles.context import RECOVERY, Context, forever
from exchanger.telemetry.log import log
from exchanger.wire import encode_order
from exchanger.wire.names import queue_of

_FULL_PAUSE = 1.0
_RELEASE = timedelta(milliseconds=1)


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

    async def run(self) -> None:
        """Брать и публиковать, пока не остановят."""
        await forever(f"worker:{self._system}", self._step, self._context)

    async def _step(self) -> None:
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
            await self._hand_over(fetched)

    async def _hand_over(self, fetched: list[Fetched]) -> None:
        """Publish all, however long the broker is away; what half the lease outlives is dropped and comes again."""
        clock = self._context.clock
        deadline = clock.monotonic() + self._context.locks.lease.total_seconds() / 2
        left, failures = fetched, 0
        try:
            while left:
                outages = await asyncio.gather(*(self._publish(task) for task in left))
                left = [task for task, outage in zip(left, outages, strict=True) if outage is not None]
                outage = next((outage for outage in outages if outage is not None), None)
                if outage is None:
                    return
                if clock.monotonic() >= deadline:
                    raise outage
                self._context.health.part(f"worker:{self._system}").down(str(outage), now=clock.now())
                await clock.sleep(RECOVERY.delay(failures).total_seconds())
                failures += 1
        except asyncio.CancelledError:
            await self._release(left)
            raise

    async def _publish(self, fetched: Fetched) -> ExchangerError | None:
        """Publish one order; an outage is returned, so that it does not take its neighbours along."""
        task = fetched.task
        try:
            metadata = await self._context.diagrams.metadata(task.process_definition_id, task.activity_id)
            order = Order(task, self._system, fetched.variables, metadata)
            message = encode_order(order, worker_id=self._context.engine.worker_id, now=self._context.clock.now())
            await self._context.bus.publish(self._context.names.order_address(self._system, task.topic), message)
        except (Retry, OutcomeUnknown, SystemPaused) as outage:
            return outage
        except Exception as error:  # noqa: BLE001 - one poisonous task must not stop its neighbours; it becomes an incident
            return await self._give_up(task, error)
        self._context.emit(EventKind.ORDERED, task, self._system, topic=task.topic)
        return None

    async def _give_up(self, task: ExternalTask, error: Exception) -> ExchangerError | None:
        log.opt(exception=None if isinstance(error, ExchangerError) else error).error(
            "заявка не может быть отправлена, инцидент в движке", task=task.id, topic=task.topic, reason=str(error)
        )
        try:
            await self._context.engine.settle(task, Failure(f"Заявка не отправлена: {error}", "", 0))
        except ExchangerError as outage:
            return outage
        return None

    async def _release(self, left: list[Fetched]) -> None:
        """Give unpublished tasks back at once, so that a restart does not wait for the lease to expire."""
        for fetched in left:
            try:
                await self._context.engine.hold(fetched.task, _RELEASE)
            except (Retry, OutcomeUnknown, SystemPaused) as error:
                log.warning("аренда не возвращена, истечёт сама", task=fetched.task.id, reason=str(error))
                return
