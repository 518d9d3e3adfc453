"""Стенд отдельным процессом: `python -m exchanger.sandbox.onec --port N`."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser, Namespace

from exchanger.sandbox.onec.seed import KEY_FIELD, LOGIN, PASSWORD, PLAN, default_base
from exchanger.sandbox.onec.server import standin


def _options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(prog="exchanger.sandbox.onec", description="Стенд 1С на 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="порт; 0 — любой свободный")
    parser.add_argument("--hang", type=float, default=0.0, help="сколько секунд длится каждый вызов")
    return parser.parse_args(arguments)


async def _serve(options: Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    base = default_base()
    base.faults.hang = options.hang
    async with standin(base, port=options.port, plan=PLAN) as running:
        told = {"url": running.url, "login": LOGIN, "password": PASSWORD, "key_field": KEY_FIELD}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_options(sys.argv[1:])))
