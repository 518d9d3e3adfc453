"""A service under the counter: `python -m bench.service FOLDER NAME [--profile] -- run camunda-worker`.

Counts the engine's calls and the bus's messages at their one door each and writes FOLDER/NAME.json at the end; with
`--profile` also FOLDER/NAME.prof (cProfile) — then its CPU figures are not comparable.
"""

from __future__ import annotations

import cProfile
import json
import re
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path
from typing import Any

from exchanger.bus.memory import MemoryBus
from exchanger.bus.rabbitmq import RabbitBus
from exchanger.cli import main
from exchanger.engine.http import EngineHttp

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[^/]+:\d+:[^/]+")


def _options() -> Namespace:
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("name")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("command", nargs="+")
    return parser.parse_args()


class Counts:
    """Calls of the engine by method and path, published messages by address."""

    def __init__(self) -> None:
        self.engine: Counter[str] = Counter()
        self.messages: Counter[str] = Counter()

    def watch(self) -> None:
        send = EngineHttp.send

        async def counted_send(http: EngineHttp, request: Any) -> Any:
            self.engine[f"{request.method} {_ID.sub('{id}', '/'.join(request.path))}"] += 1
            return await send(http, request)

        EngineHttp.send = counted_send  # type: ignore[assignment,method-assign]
        for bus in (RabbitBus, MemoryBus):
            self._watch_bus(bus)

    def _watch_bus(self, bus: Any) -> None:
        publish = bus.publish

        async def counted_publish(this: Any, to: Any, message: Any) -> None:
            self.messages[f"{to.exchange or '(queue)'} {to.routing_key}"] += 1
            await publish(this, to, message)

        bus.publish = counted_publish

    def write(self, file: Path) -> None:
        file.write_text(json.dumps({"engine": self.engine, "messages": self.messages}), encoding="utf-8")


def run() -> None:
    options = _options()
    counts, profile = Counts(), cProfile.Profile()
    counts.watch()
    try:
        if options.profile:
            profile.enable()
        main(*options.command)
    finally:
        if options.profile:
            profile.disable()
            profile.dump_stats(options.folder / f"{options.name}.prof")
        counts.write(options.folder / f"{options.name}.json")


if __name__ == "__main__":
    run()
