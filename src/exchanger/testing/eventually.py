"""Ожидание условия у настоящих серверов: опрос с пределом вместо сна."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Generic, TypeVar, overload

T = TypeVar("T")


@dataclass(slots=True)
class _Last(Generic[T]):
    """Что условие сказало в последний раз."""

    value: T | None = None
    refusal: AssertionError | None = None
    asked: int = 0

    def words(self) -> str:
        if self.refusal is not None:
            return f"последняя неудача: {self.refusal}"
        return f"последнее значение: {self.value!r}" if self.asked else "условие не успело ответить ни разу"


@overload
async def eventually(
    condition: Callable[[], Awaitable[T]], *, within: float = ..., every: float = ..., what: str = ...
) -> T: ...
@overload
async def eventually(condition: Callable[[], T], *, within: float = ..., every: float = ..., what: str = ...) -> T: ...
async def eventually(
    condition: Callable[[], Awaitable[T] | T], *, within: float = 10.0, every: float = 0.02, what: str = "условие"
) -> T:
    """Дождаться истинного значения условия и вернуть его.

    `within` и `every` — секунды. Условие с `await` прерывается по сроку. `AssertionError` внутри условия значит
    «ещё нет»; иная ошибка идёт наружу сразу. Срок вышел — `AssertionError` с последним значением.
    """
    last: _Last[T] = _Last()
    deadline = asyncio.timeout(within)
    try:
        async with deadline:
            while not await _holds(condition, last):  # noqa: ASYNC110  a foreign server has no event to wait for
                await asyncio.sleep(every)
    except TimeoutError:
        if not deadline.expired():  # the condition's own time-out is its own story
            raise
        raise AssertionError(f"{what}: не дождались за {within} с; {last.words()}") from last.refusal
    assert last.value is not None
    return last.value


async def _holds(condition: Callable[[], Awaitable[T] | T], last: _Last[T]) -> bool:
    try:
        answer = condition()
        last.value = await answer if isawaitable(answer) else answer
    except AssertionError as refusal:
        last.refusal = refusal
        return False
    last.refusal = None
    last.asked += 1
    return bool(last.value)
