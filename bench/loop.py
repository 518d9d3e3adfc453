"""The whole loop: instances go in, people close what appears in the portal, the engine reaches the end."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bench.ask import Witness, portal_counts
from bench.figures import Latency, Loop
from bench.limit import start_all
from bench.plant import Plant, plant
from bench.proc import Spent, busy, own, spent
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.telemetry.clock import SystemClock

_ON_DUTY = "вахта принята"
_SLOWEST = 600.0
FRESH_TERM = 6.0
"""Seconds after which a creator knows that a new task can't have been made before its term: steady work."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One measurement: `amqp` None is the memory bus; `after` — seconds until a person has closed a task."""

    engine: str
    amqp: str | None
    tenant: str
    model: bytes
    instances: int
    after: float = 0.0
    spacing: float = 0.0
    """Seconds between starts; 0 — all at once."""
    fresh_term: float = FRESH_TERM
    profile: bool = False

    @property
    def bus(self) -> str:
        return "RabbitMQ" if self.amqp else "память"


async def measure(setup: Setup, home: Path, shared: Mapping[str, int]) -> Loop:
    """Run one measurement; `shared` are processes started elsewhere (engine, broker) by name."""
    connection = EngineConnection(setup.engine, "operator", setup.tenant)
    with plant(home) as site:
        async with RestEngine(connection, SystemClock()) as operator, aiohttp.ClientSession() as session:
            address = await site.portal(setup.after)
            _configure(home, setup, address["webhook_url"])
            await _services(site, setup)
            pids = dict(shared) | {name: process.pid for name, process in site.processes.items()}
            await operator.admin.deploy("bench", {"sequence.bpmn": setup.model})
            await asyncio.sleep(setup.fresh_term)
            before = {name: spent(pid) for name, pid in pids.items()}
            others, began = busy() - own(), time.time()
            await _start(operator, setup)
            witness = Witness(session, setup.engine, setup.tenant)
            await _until_ended(witness, site)
            used = {name: spent(pid).since(before[name]) for name, pid in pids.items()}
            others = busy() - own() - others - sum(each.cpu for each in used.values())
            completions, portal = await witness.completions(), await portal_counts(session, address["url"])
        site.stop()
        return _loop(setup, site, began, completions, portal, used, others)


async def _services(site: Plant, setup: Setup) -> None:
    environment = {"EXCHANGER_ENV": "dev", "EXCHANGER_HOME": str(site.home)}
    names = {"camunda-worker": ("run", "camunda-worker"), "task-creator": ("run", "task-creator")}
    commands = names if setup.amqp else {"exchanger": ("run",)}
    options = ["--profile"] if setup.profile else []
    for name, command in commands.items():
        site.start(name, "bench.service", str(site.home), name, *options, *command, environment=environment)
    last = list(commands)[-1]
    await site.line(last, lambda line: _ON_DUTY in line)


def _configure(home: Path, setup: Setup, webhook: str) -> None:
    values = {
        "CAMUNDA_BASE_URL": setup.engine,
        "CAMUNDA_TENANT_ID": setup.tenant,
        "CAMUNDA_WORKER_ID": f"bench-{setup.tenant}",
        "CAMUNDA_AUTH_ENABLED": "false",
        "CAMUNDA_MAX_TASKS": "100",
        "CAMUNDA_POLL": "2000",
        "BITRIX_WEBHOOK_URL": webhook,
        "BITRIX_REQUESTS_PER_SECOND": "1000",
        "BITRIX_BURST": "1000",
        "BITRIX_POLL_INTERVAL": "1",
        "BITRIX_QUARANTINE": "0",
        "LOG_LEVEL": "INFO",
    }
    if setup.amqp:
        values["RABBITMQ_URL"] = setup.amqp
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    (home / ".env.dev").write_text(text, encoding="utf-8")


async def _start(operator: RestEngine, setup: Setup) -> None:
    if not setup.spacing:
        await start_all(operator, setup.instances)
        return
    for _ in range(setup.instances):
        await start_all(operator, 1)
        await asyncio.sleep(setup.spacing)


async def _until_ended(witness: Witness, site: Plant) -> None:
    deadline = time.monotonic() + _SLOWEST
    while left := await witness.unfinished():
        dead = [name for name, process in site.processes.items() if not process.alive]
        if dead or time.monotonic() > deadline:
            tails = "\n".join(f"{name}:\n{process.log_tail()}" for name, process in site.processes.items())
            raise RuntimeError(f"не завершились {left} экземпляров; остановились: {dead}\n{tails}")
        await asyncio.sleep(0.2)


def _loop(
    setup: Setup,
    site: Plant,
    began: float,
    completions: Mapping[str, float],
    portal: Mapping[str, Mapping[str, int]],
    used: Mapping[str, Spent],
    others: float,
) -> Loop:
    rows = (line.split("\t") for line in site.closings.read_text(encoding="utf-8").splitlines())
    closed = {task: float(moment) for task, moment in rows}
    if closed.keys() != completions.keys():
        raise RuntimeError(f"закрыто {len(closed)} задач, а движок завершил {len(completions)}: измерение негодно")
    engine, messages = Counter[str](), Counter[str]()
    for file in site.home.glob("*.json"):
        counted = json.loads(file.read_text(encoding="utf-8"))
        engine.update(counted["engine"])
        messages.update(counted["messages"])
    return Loop(
        bus=setup.bus,
        tasks=len(completions),
        seconds=max(completions.values()) - began,
        foreign=others / (max(completions.values()) - began),
        engine_calls=dict(engine),
        api_requests=dict(portal["requests"]),
        api_calls=dict(portal["calls"]),
        messages=dict(messages),
        spent=dict(used),
        latency=Latency.of(completions[task] - moment for task, moment in closed.items()),
    )
