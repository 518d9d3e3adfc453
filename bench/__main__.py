"""`python -m bench`: предел движка и весь путь на двух шинах; итог в bench/results."""

from __future__ import annotations

import asyncio
import json
import os
import platform
import shutil
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Limit, Loop, Result
from bench.limit import engine_limit
from bench.loop import Setup, measure
from exchanger.sandbox.engine import EngineProcess, engine_process
from exchanger.sandbox.rabbitmq import RabbitServer, rabbitmq_process

_RESULTS = Path(__file__).parent / "results"
_MODEL = Path(__file__).with_name("sequence.bpmn")


def _options() -> Namespace:
    parser = ArgumentParser(prog="bench", description="Измерения всего пути задачи")
    parser.add_argument("--instances", type=int, default=500, help="экземпляров (по две задачи) под нагрузкой")
    parser.add_argument("--quick", action="store_true", help="малый прогон: проверить, что измерения работают")
    parser.add_argument("--name", default="loop", help="имя прогона")
    parser.add_argument("--output", type=Path, default=_RESULTS, help="куда писать итог")
    parser.add_argument("--profile", type=Path, help="куда положить профили служб (тогда CPU службы несравнимо)")
    return parser.parse_args()


async def run(options: Namespace, engine: EngineProcess, broker: RabbitServer, home: Path) -> Result:
    instances = 15 if options.quick else options.instances
    model = _MODEL.read_bytes()
    _say("прогрев движка")
    await engine_limit(engine.url, engine.pid, "warm", model, instances)
    limits: list[Limit] = []
    loops: list[Loop] = []
    quiet: list[Loop] = []

    async def limit() -> None:
        _say("предел движка")
        limits.append(await engine_limit(engine.url, engine.pid, f"limit-{len(limits)}", model, instances))

    await limit()
    for kind, amqp in (("memory", None), ("rabbitmq", broker)):
        shared = {"движок": engine.pid} | ({"брокер": broker.pid} if amqp else {})
        for load in ("loaded", "quiet"):
            _say(f"весь путь: {kind}, {load}")
            name = f"{kind}-{load}"
            vhost = await broker.add_vhost(name) if amqp else None
            base = Setup(engine.url, vhost, name, model, instances, profile=options.profile is not None)
            base = replace(base, fresh_term=0.0) if options.quick else base
            if load == "loaded":
                loops.append(await measure(base, home / name, shared))
                await limit()
            else:
                calm = replace(base, instances=max(5, instances // 25), after=1.0, spacing=0.5)
                quiet.append(await measure(calm, home / name, shared))
            _keep_profiles(options.profile, home / name)
    return Result(
        name=options.name,
        date=datetime.now(UTC).date().isoformat(),
        machine=_machine(engine, broker),
        limits=tuple(limits),
        loops=tuple(loops),
        quiet=tuple(quiet),
    )


def _keep_profiles(folder: Path | None, home: Path) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for file in home.glob("*.prof"):
        shutil.copy(file, folder / f"{home.name}-{file.name}")


def _machine(engine: EngineProcess, broker: RabbitServer) -> dict[str, str]:
    return {
        "ядер": str(os.cpu_count()),
        "Python": platform.python_version(),
        f"движок {engine.kind}": engine.version,
        "RabbitMQ": broker.version,
    }


def _write(result: Result, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result.json(), ensure_ascii=False, indent=1)
    (folder / f"{result.date}-{result.name}.json").write_text(text + "\n", encoding="utf-8")
    (folder / "latest.md").write_text(result.markdown(), encoding="utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="exchanger-bench-")))
        engine = stack.enter_context(engine_process("camunda"))
        (home / "broker").mkdir()
        broker = stack.enter_context(rabbitmq_process(home / "broker"))
        result = asyncio.run(run(options, engine, broker, home))
    _write(result, options.output)
    print(result.markdown())


if __name__ == "__main__":
    main()
