"""Стенд отдельным процессом: `python -m exchanger.sandbox.storm --port N`."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser, Namespace

from exchanger.sandbox.storm.limits import Limits
from exchanger.sandbox.storm.seed import default_workspace
from exchanger.sandbox.storm.server import standin
from exchanger.sandbox.storm.workspace import API_KEY, TOKEN


def _options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(prog="exchanger.sandbox.storm", description="Стенд StormBPMN на 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="порт; 0 — любой свободный")
    parser.add_argument("--no-limit", action="store_true", help="без предела запросов, как свой сервер")
    return parser.parse_args(arguments)


async def _serve(options: Namespace) -> None:
    workspace = default_workspace(limits=Limits(per_minute=None if options.no_limit else 5))
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with standin(workspace, port=options.port) as running:
        line = {"url": running.url, "api_key": API_KEY, "bearer_token": TOKEN}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_options(sys.argv[1:])))
