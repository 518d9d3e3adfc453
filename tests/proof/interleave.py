"""A scheduler that interleaves at every await: each call of a port yields a random number of times, before and after.

Parts in memory answer at once, so without it whole steps of the roles would run as one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from inspect import isasyncgenfunction, iscoroutinefunction
from random import Random
from typing import Any, cast

from exchanger.connect import OpenSystem
from exchanger.roles.context import Context

MOST_TURNS = 4


class Interleaved:
    """Any port: its coroutines and its streams give way to the others at their beginning and at their end."""

    def __init__(self, inner: Any, random: Random) -> None:
        self._inner = inner
        self._random = random

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if isasyncgenfunction(found):
            return self._stream(found)
        return self._call(found) if iscoroutinefunction(found) else found

    def _call(self, method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            await self._give_way()
            result = await method(*args, **kwargs)
            await self._give_way()
            return result

        return call

    def _stream(self, method: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
        async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            async for page in method(*args, **kwargs):
                await self._give_way()
                yield page

        return stream

    async def _give_way(self) -> None:
        for _ in range(self._random.randint(0, MOST_TURNS)):
            await asyncio.sleep(0)


def interleaved(context: Context, system: OpenSystem, random: Random) -> tuple[Context, OpenSystem]:
    def port(inner: Any) -> Any:
        return cast("Any", Interleaved(inner, random))

    works = {id(work): port(work) for work in system.works.values()}
    context = replace(context, engine=port(context.engine), bus=port(context.bus), diagrams=port(context.diagrams))
    return context, replace(system, works={topic: works[id(work)] for topic, work in system.works.items()})
