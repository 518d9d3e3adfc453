"""A process that holds a term: says "held", then answers each line of its input with "ours" or "lost"."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from exchanger.bus.memory import MemoryBus
from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.domain.errors import TermLost
from exchanger.ports import Bus, Term


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


async def answer(bus: Bus, name: str) -> None:
    async with bus.term(name) as term:
        say("held")
        while await asyncio.to_thread(sys.stdin.readline):
            say(await verdict(term))


async def verdict(term: Term) -> str:
    try:
        await term.check()
    except TermLost:
        return "lost"
    return "ours"


async def main(kind: str, place: str, name: str) -> None:
    if kind == "memory":
        await answer(MemoryBus(locks=Path(place)), name)
        return
    async with RabbitBus(replace(BrokerConnection.from_url(place), heartbeat=2)) as bus:
        await answer(bus, name)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
