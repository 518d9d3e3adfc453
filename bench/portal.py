"""The Bitrix24 stand-in in a process of its own, without limits; people close every task about `--after` seconds later.

Prints one line of JSON (url, webhook_url); each closing becomes a line `raw id<TAB>seconds since the epoch` of FILE.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TextIO

from exchanger.sandbox.bitrix24 import Pace, People, Portal, always_yes, at_work, default_portal, standin
from exchanger.sandbox.bitrix24.model import Status
from exchanger.sandbox.bitrix24.portal import TaskEvent


def _options() -> Namespace:
    parser = ArgumentParser()
    parser.add_argument("closings", type=Path)
    parser.add_argument("--after", type=float, default=0.0)
    return parser.parse_args()


class Closings:
    """Writes down when each task was closed."""

    def __init__(self, portal: Portal, file: TextIO) -> None:
        self._portal = portal
        self._file = file
        self._told: set[int] = set()

    def notice(self, event: TaskEvent) -> None:
        task = self._portal.store.get(event.task_id)
        if task is not None and task.status is Status.COMPLETED and task.id not in self._told:
            self._told.add(task.id)
            self._file.write(f"{task.user_fields['UF_CAMUNDA_ID_EXTERNAL_TASK']}\t{time.time():.3f}\n")
            self._file.flush()


async def serve(after: float, file: TextIO) -> None:
    portal = default_portal()
    portal.listeners.append(Closings(portal, file).notice)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    # Two steps, begin and close; of different length, so that closings don't keep step with the tracker's polls.
    people = People(portal, policy=always_yes, pace=Pace(after * 0.2, after * 0.8))
    async with standin(portal) as running, at_work(people):
        sys.stdout.write(json.dumps({"url": running.url, "webhook_url": running.webhook_url}) + "\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    options = _options()
    with options.closings.open("a", encoding="utf-8") as file:
        asyncio.run(serve(options.after, file))


if __name__ == "__main__":
    main()
