"""The Bitrix24 stand-in in a process of its own, with quick people whose answers are fixed by the process instance.

`python -m tests.e2e.portal` prints one line of JSON: url, webhook_url. An instance hears НЕТ none, one or two times.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser, Namespace
from contextlib import AsyncExitStack
from zlib import crc32

from exchanger.sandbox.bitrix24 import Pace, People, Question, at_work, default_portal, standin

MOST_REFUSALS = 2


def refusals(instance: str) -> int:
    return crc32(instance.encode()) % (MOST_REFUSALS + 1)


def answer(question: Question) -> str:
    instance = str(question.task.user_fields.get("UF_PROCESS_INSTANCE_ID"))
    return "НЕТ" if question.asked_before < refusals(instance) else "ДА"


def _options() -> Namespace:
    parser = ArgumentParser()
    parser.add_argument("--people", action="store_true")
    parser.add_argument("--fastest", type=float, default=0.05)
    parser.add_argument("--slowest", type=float, default=0.4)
    return parser.parse_args()


async def serve(options: Namespace) -> None:
    portal = default_portal()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(standin(portal))
        if options.people:
            people = People(portal, policy=answer, pace=Pace(options.fastest, options.slowest))
            await stack.enter_async_context(at_work(people))
        sys.stdout.write(json.dumps({"url": running.url, "webhook_url": running.webhook_url}) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(_options()))
