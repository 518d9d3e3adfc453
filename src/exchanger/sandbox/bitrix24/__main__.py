"""Стенд отдельным процессом: `python -m exchanger.sandbox.bitrix24 --port N`."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace

from exchanger.sandbox.bitrix24.limits import Limits
from exchanger.sandbox.bitrix24.people import People, at_work
from exchanger.sandbox.bitrix24.portal import Build
from exchanger.sandbox.bitrix24.seed import default_portal
from exchanger.sandbox.bitrix24.server import standin
from exchanger.sandbox.bitrix24.userfields import CAMUNDA_FIELDS


def _options(arguments: list[str]) -> Namespace:
    parser = ArgumentParser(prog="exchanger.sandbox.bitrix24", description="Стенд Bitrix24 на 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="порт; 0 - любой свободный")
    parser.add_argument(
        "--user-fields", action=BooleanOptionalAction, default=True, help="завести поля UF_* для Camunda"
    )
    parser.add_argument("--addon", action="store_true", help="портал с модулем imena.camunda")
    parser.add_argument("--cloud-limits", action="store_true", help="ограничения облачного тарифа")
    parser.add_argument("--people", action="store_true", help="сотрудники сами делают задачи")
    return parser.parse_args(arguments)


async def _serve(options: Namespace) -> None:
    portal = default_portal(
        user_fields=CAMUNDA_FIELDS if options.user_fields else (),
        build=Build(addon=options.addon),
        limits=Limits.cloud() if options.cloud_limits else Limits(),
    )
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with standin(portal, port=options.port) as running:
        line = {"url": running.url, "webhook_url": running.webhook_url}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        if not options.people:
            await stop.wait()
            return
        async with at_work(People(portal)):
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(_serve(_options(sys.argv[1:])))
