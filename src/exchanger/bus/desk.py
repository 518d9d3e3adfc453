"""Разбор доставок одной очереди: сколько обработчиков сразу, паузы после неудач, очередь ошибок, остановка."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from exchanger.bus.dead_letter import dead_letter
from exchanger.domain.errors import DeadLetter, ExchangerError, OutcomeUnknown, Retry, SystemPaused, TermLost
from exchanger.ports import Clock, Delivery, Handler, Message
from exchanger.telemetry.log import log
from exchanger.wire.names import ERRORS_QUEUE

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
PATIENCE = 300.0
"""Секунд повторов на месте, потом сообщение возвращается в очередь. Меньше срока потребителя брокера (30 минут)."""

SPARE = 16
"""Сколько сообщений сверх `at_once` берётся у брокера: места для тех, что ждут своей паузы и никого не задерживают."""

_OUTAGES = (Retry, OutcomeUnknown, SystemPaused, TermLost)


class Verdict(Enum):
    """Что сделать с сообщением."""

    ACK = auto()
    RETURN = auto()


def pauses() -> Iterator[float]:
    """Растущие паузы между повторами на месте, в сумме не дольше `PATIENCE`."""
    pause, spent = FIRST_PAUSE, 0.0
    while spent < PATIENCE:
        yield pause
        spent += pause
        pause = min(pause * 2, LONGEST_PAUSE)


class Desk:
    """Обработчик очереди за работой.

    Повторы идут на месте, без возврата: чужая кворумная очередь RabbitMQ 4 теряет сообщение после 20 возвратов.
    """

    def __init__(
        self, handler: Handler, at_once: int, *, bury: Callable[[Message], Awaitable[None]], clock: Clock
    ) -> None:
        if at_once < 1:
            raise ValueError(f"at_once: нужно не меньше 1, дано {at_once}")
        self._handler = handler
        self._bury = bury
        self._clock = clock
        self._slots = asyncio.Semaphore(at_once)
        self._tasks: set[asyncio.Task[object]] = set()
        self._running: set[asyncio.Task[object]] = set()
        self._closing = False

    def take(self, work: Coroutine[Any, Any, None], *, done: Callable[[], None] | None = None) -> None:
        """Начать работу над доставкой своей задачей: её не обрывает закрытие канала; `done` — после конца."""
        task: asyncio.Task[object] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(self._running.discard)
        if done is not None:
            task.add_done_callback(lambda _: done())

    async def verdict(self, delivery: Delivery) -> Verdict:
        """Довести доставку до решения; вызывается внутри работы, начатой `take`."""
        task = _current()
        for pause in pauses():
            async with self._slots:
                if self._closing:
                    return Verdict.RETURN
                self._running.add(task)  # stays there through the confirmation: a stop waits for both
                done = await self._attempt(delivery)
            if done:
                return Verdict.ACK
            self._running.discard(task)
            if self._closing:
                return Verdict.RETURN
            await self._clock.sleep(pause)
            delivery = replace(delivery, redelivered=True)
        return Verdict.RETURN

    async def drop_idle(self) -> None:
        """Бросить доставки, чей обработчик сейчас не идёт: их канала нет, брокер пришлёт их снова."""
        await _cancel(self._tasks - self._running)

    async def close(self, grace: float) -> None:
        """Остановиться: ждущих бросить, идущим дать `grace` секунд, потом прервать."""
        self._closing = True
        try:
            await self.drop_idle()
            if self._running:
                await asyncio.wait(set(self._running), timeout=grace)
        finally:
            await _cancel(set(self._tasks))

    async def _attempt(self, delivery: Delivery) -> bool:
        try:
            await self._handler(delivery)
        except DeadLetter as error:
            return await self._dead(delivery, error)
        except asyncio.CancelledError as error:
            if _current().cancelling():
                raise
            _complain(delivery, error)  # a library's own cancellation is a failure, not our stop
            return False
        except Exception as error:  # noqa: BLE001  the loop outlives any handler; the message is kept
            _complain(delivery, error)
            return False
        return True

    async def _dead(self, delivery: Delivery, error: DeadLetter) -> bool:
        if delivery.queue == ERRORS_QUEUE:  # a copy into the queue it came from would go round for ever
            _complain(delivery, error)
            return False
        try:
            await self._bury(dead_letter(delivery, error, self._clock.now()))
        except ExchangerError as failure:
            _complain(delivery, failure)
            return False
        log.error(
            "Сообщение ушло в очередь ошибок",
            task=delivery.message.correlation_id, queue=delivery.queue, kind=error.kind, reason=str(error),
        )  # fmt: skip
        return True


def _complain(delivery: Delivery, error: BaseException) -> None:
    """An outage is said once by whoever met it; a line a message would only bury it."""
    expected = isinstance(error, ExchangerError)
    log.opt(exception=None if expected else error).log(
        "DEBUG" if isinstance(error, _OUTAGES) else "ERROR",
        "Сообщение не обработано, будет повторено",
        task=delivery.message.correlation_id, queue=delivery.queue, reason=str(error) or type(error).__name__,
    )  # fmt: skip


def _current() -> asyncio.Task[object]:
    task = asyncio.current_task()
    assert task is not None
    return task


async def _cancel(tasks: set[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
