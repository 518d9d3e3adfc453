"""Стенд отдельным процессом: `python -m exchanger.sandbox.openproject --port N`."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser, Namespace

from exchanger.sandbox.openproject.seed import MAIN, TOKEN, default_instance
from exchanger.sandbox.openproject.server import standin


def _options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(prog="exchanger.sandbox.openproject", description="Стенд OpenProject на 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="порт; 0 — любой свободный")
    return parser.parse_args(arguments)


async def _serve(options: Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with standin(default_instance(), port=options.port) as running:
        sys.stdout.write(json.dumps({"url": running.url, "api_key": TOKEN, "project": MAIN}) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_options(sys.argv[1:])))
