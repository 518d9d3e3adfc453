"""One move: the engine, the broker, the portal, the predecessor, an operator at the command line."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aio_pika
import aiohttp
from typer.testing import CliRunner, Result

from exchanger.cli import app
from exchanger.domain.errors import ExchangerError
from exchanger.testing.eventually import eventually
from tests.e2e.house import INSTALLATION, ON_DUTY, Service
from tests.e2e.ledger import History, depths
from tests.e2e.world import World, open_world
from tests.migration.predecessor import SENT, Json, Predecessor

PERSON = 3
KEY = "move"
QUICK = ("--observe", "2")
SERVICE = (sys.executable, "-m", "tests.proof.service")
"""Our services with a quick watch."""


@dataclass(slots=True)
class Stage:
    world: World
    old: Predecessor
    home: Path
    http: aiohttp.ClientSession
    tasks: dict[str, str] = field(default_factory=dict)
    """What a test calls the state → the external task in it."""
    instances: dict[str, str] = field(default_factory=dict)
    objects: dict[str, int] = field(default_factory=dict)

    # --- the predecessor's work, stopped at each step ---

    async def started(self, state: str) -> str:
        before = set(self.world.started)
        await self.world.start(KEY, startedBy=PERSON, state=state)
        (instance,) = self.world.started - before
        self.instances[state] = instance
        return instance

    async def fetched(self, state: str) -> Json:
        instance = await self.started(state)
        (task,) = await self.old.fetch(1)
        assert task["processInstanceId"] == instance
        self.tasks[state] = task["id"]
        return task

    async def ordered(self, state: str) -> Json:
        return await self.old.publish_order(await self.fetched(state))

    async def made(self, state: str) -> tuple[Json, Json]:
        """The task exists, its receipt was not published."""
        message = await self.old.order(await self.fetched(state))
        task = await self.old.make(message)
        self.objects[state] = int(task["id"])
        return message, task

    async def receipted(self, state: str) -> Json:
        receipt = self.old.receipt(*await self.made(state))
        await self.old.publish(SENT, receipt)
        return receipt

    # --- people ---

    async def act(self, number: int, action: str, **extra: object) -> None:
        await self.world.admin("act", {"user": PERSON, "task_id": number, "action": action, **extra})

    async def finish(self, number: int, text: str = "ДА") -> None:
        await self.act(number, "start")
        await self.act(number, "answer", text=text)
        await self.act(number, "complete")

    async def finish_all(self) -> int:
        """Everybody answers what is open."""
        waiting = [row for row in await self.portal() if row["status"] in {2, 3}]
        for row in waiting:
            await self.finish(row["id"])
        return len(waiting)

    async def portal(self) -> list[Json]:
        async with self.http.get(f"{self.world.sources.portal}/__admin/tasks") as response:
            rows: list[Json] = (await response.json())["tasks"]
            return rows

    async def objects_of(self, state: str) -> list[int]:
        wanted = self.tasks[state]
        rows = await self.portal()
        return [row["id"] for row in rows if row["user_fields"].get("UF_CAMUNDA_ID_EXTERNAL_TASK") == wanted]

    # --- the operator ---

    async def run(self, *arguments: str) -> Result:
        environ = {"EXCHANGER_ENV": INSTALLATION, "EXCHANGER_HOME": str(self.home), "COLUMNS": "300"}
        return await asyncio.to_thread(lambda: CliRunner(env=environ).invoke(app, list(arguments)))

    async def said(self, *arguments: str, code: int = 0) -> dict[str, Json]:
        """The JSON lines of a command, by task; the summary is under `summary`."""
        done = await self.run(*arguments, "--json")
        assert done.exit_code == code, (done.output, done.exception)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        return {row.get("task", "summary"): row for row in rows}

    async def refused(self, *arguments: str) -> str:
        done = await self.run(*arguments)
        assert isinstance(done.exception, ExchangerError), (done.output, done.exception)
        return str(done.exception)

    async def services(self) -> tuple[Service, Service]:
        worker = self.world.house.service("camunda-worker", (*SERVICE, "camunda-worker"))
        creator = self.world.house.service("task-creator", (*SERVICE, "task-creator"))
        await creator.says(ON_DUTY)
        return worker, creator

    # --- what the engine says ---

    async def task(self, state: str) -> Json | None:
        async with self.http.get(f"{self.world.sources.engine}/external-task/{self.tasks[state]}") as response:
            assert response.status in {200, 404}
            found: Json = await response.json()
            return found if response.status == 200 else None

    async def ended(self, *states: str, within: float = 60) -> None:
        await eventually(lambda: self._are_done(states), within=within, every=0.3, what=f"{states} ended")

    async def _are_done(self, states: tuple[str, ...]) -> bool:
        history = History(self.http, self.world.sources)
        rows = await history.rows("history/process-instance", unfinished="true")
        left = {row["id"] for row in rows}
        waiting = [state for state in states if self.instances[state] in left]
        assert not waiting, (waiting, await depths(self.world.sources.amqp or ""))
        return True

    async def suspend(self, state: str, *, suspended: bool) -> None:
        await self.world.operator.admin.suspend(self.instances[state], suspended=suspended)

    async def fail(self, state: str) -> None:
        body = {"workerId": self.old.worker, "errorMessage": "нет", "retries": 0, "retryTimeout": 0}
        url = f"{self.world.sources.engine}/external-task/{self.tasks[state]}/failure"
        async with self.http.post(url, json=body) as response:
            assert response.status == 204, await response.text()

    def configure(self, **values: str) -> None:
        """Change variables of the installation's file."""
        file = self.home / f".env.{INSTALLATION}"
        lines = dict(line.split("=", 1) for line in file.read_text("utf-8").splitlines())
        self.world.house.configure(lines | values)


@asynccontextmanager
async def open_stage(engine_url: str, amqp: str, home: Path) -> AsyncIterator[Stage]:
    async with (
        open_world(engine_url, amqp, home, people=False) as world,
        aiohttp.ClientSession() as http,
        await aio_pika.connect(amqp) as connection,
        connection.channel() as channel,
    ):
        webhook = json.loads(world.portal.text().splitlines()[0])["webhook_url"]
        old = Predecessor(engine_url, webhook, world.sources.tenant, http, channel)
        await old.declare()
        model = (Path(__file__).parent / "move.bpmn").read_bytes()
        await world.operator.admin.deploy(KEY, {"move.bpmn": model})
        yield Stage(world, old, home, http)
