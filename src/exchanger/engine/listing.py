"""Обход всех задач работника страницами по сроку блокировки: ничего не пропустить и не делать OFFSET."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchanger.domain.task import ExternalTask

_TICK = timedelta(milliseconds=1)
_CLOCK_ERROR = timedelta(minutes=1)
_LONGEST_BACK_OFF = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Сроки блокировки строго после `after` и строго до `before`."""

    after: datetime | None = None
    before: datetime | None = None


Ask = Callable[[Span, int], Awaitable[list[ExternalTask]]]
"""Не более стольких задач промежутка, по возрастанию срока блокировки."""


class Listing:
    """Один обход; дубли отброшены.

    Фильтр движка строгий, а задачи одной выборки делят миллисекунды, поэтому следующая страница начинается за
    миллисекунду до конца прежней.
    """

    def __init__(self, ask: Ask, page_size: int, now: Callable[[], datetime | None]) -> None:
        self._ask = ask
        self._page_size = page_size
        self._now = now
        self._seen: set[str] = set()

    async def beyond(self, moment: datetime) -> AsyncIterator[list[ExternalTask]]:
        """Задачи, запертые дольше, чем до `moment`."""
        async for page in self._walk(Span(after=moment)):
            yield page

    async def everything(self) -> AsyncIterator[list[ExternalTask]]:
        """Все задачи.

        Пока идёт обход, `failure` переносит срок задачи из будущего в пройденное: такие задачи видны в мгновенном
        снимке сроков от начала обхода, который делается в конце.
        """
        started, pages = self._now(), 0
        async for page in self._walk(Span()):
            pages += 1
            started = started or self._now()
            yield page
        ended = self._now()
        if pages > 1 and started is not None and ended is not None:
            yield self._fresh(await self._snapshot(Span(started - _CLOCK_ERROR, ended + _LONGEST_BACK_OFF)))

    async def _walk(self, span: Span) -> AsyncIterator[list[ExternalTask]]:
        after, size = span.after, self._page_size
        while True:
            page = await self._ask(Span(after, span.before), size)
            yield self._fresh(page)
            if len(page) < size:
                return
            last = page[-1].locked_until
            assert last is not None  # a task that bears a worker's name has a term
            if after is None or last - _TICK > after:
                after, size = last - _TICK, self._page_size
            else:  # a whole page of one millisecond; an offset would skip tasks when others end meanwhile
                size *= 2

    async def _snapshot(self, span: Span) -> list[ExternalTask]:
        size = self._page_size
        while len(page := await self._ask(span, size)) >= size:
            size *= 2
        return page

    def _fresh(self, page: list[ExternalTask]) -> list[ExternalTask]:
        fresh = [task for task in page if task.id not in self._seen]
        self._seen.update(task.id for task in fresh)
        return fresh
