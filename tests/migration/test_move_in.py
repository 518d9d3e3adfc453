"""docs/how-to/move-in.md, step by step: every command of the page, in its order, around a simulated predecessor."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchanger.cli import app
from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.eventually import eventually
from tests.docs.pages import ROOT, Page
from tests.e2e.house import EVERYTHING, INSTALLATION, ON_DUTY, Service
from tests.e2e.ledger import depths
from tests.migration.predecessor import RESPONSES
from tests.migration.stage import Stage, open_stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

FILE = ROOT / "docs" / "how-to" / "move-in.md"
STOP_THEM = "sudo systemctl disable --now exchanger-camunda-worker-prod exchanger-task-creator-prod"
START_THEM = "sudo systemctl enable --now exchanger-camunda-worker-prod exchanger-task-creator-prod"
PERSON_DECIDES = 1


def commands() -> list[str]:
    page = Page(FILE, FILE.read_text("utf-8"))
    lines = [line for block in page.blocks if block.kind == "console" for line in block.text.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


@dataclass(slots=True)
class Tour:
    """What happens around each command of the page."""

    stage: Stage
    running: Service | None = None
    codes: dict[str, list[int]] = field(default_factory=dict)

    async def do(self, command: str) -> None:
        """One command, with what the page says about the moment."""
        match command:
            case _ if command == STOP_THEM:
                return  # nobody calls its steps any more
            case _ if command == START_THEM:
                await self.predecessor_finishes()
            case "exchanger run":
                await self.we_work()
            case _ if command.startswith("exchanger "):
                await self.before(command)
                await self.ask(command)
            case _:
                pytest.fail(f"the page has a command that nobody tried: {command}")

    async def before(self, command: str) -> None:
        if "--even-if-alive" in command:
            await self.stage.suspend("suspended", suspended=False)
        if command == "exchanger handover --plan":
            await self.ours_is_made()
        if command.startswith("exchanger handover --apply"):
            await self.we_stop()

    async def ask(self, command: str) -> None:
        """The operator answers the question with yes."""
        environ = {"EXCHANGER_ENV": INSTALLATION, "EXCHANGER_HOME": str(self.stage.home), "COLUMNS": "300"}
        arguments = shlex.split(command)[1:]
        done = await asyncio.to_thread(lambda: CliRunner(env=environ).invoke(app, arguments, input="y\n"))
        assert done.exit_code in {0, PERSON_DECIDES}, (command, done.output, done.exception)
        self.codes.setdefault(" ".join(arguments[:2]), []).append(done.exit_code)

    async def we_work(self) -> None:
        self.running = self.stage.world.house.service("exchanger", EVERYTHING)
        await self.running.says(ON_DUTY)
        await eventually(lambda: self.has_one("locked", "ordered", "half"), within=60, every=0.3, what="made by us")
        (number,) = await self.stage.objects_of("locked")
        await self.stage.finish(number)
        await self.stage.ended("locked")

    async def ours_is_made(self) -> None:
        """A process that began when we had moved in."""
        self.stage.instances["ours"] = await self.stage.started("ours")
        await eventually(self.ours_has_an_object, within=60, every=0.3, what="the new process has its task")

    async def ours_has_an_object(self) -> bool:
        rows = await self.stage.portal()
        wanted = self.stage.instances["ours"]
        assert [row for row in rows if row["user_fields"].get("UF_PROCESS_INSTANCE_ID") == wanted]
        return True

    async def we_stop(self) -> None:
        await eventually(self.no_answers, within=30, every=0.3, what="our answers are gone")
        assert self.running is not None
        await self.running.stop()

    async def no_answers(self) -> bool:
        assert (await depths(self.stage.world.sources.amqp or ""))[RESPONSES] == 0
        return True

    async def has_one(self, *states: str) -> bool:
        for state in states:
            assert len(await self.stage.objects_of(state)) == 1, state
        return True

    async def predecessor_finishes(self) -> None:
        old = self.stage.old
        for task in await old.fetch():
            await old.publish_order(task)
        await old.create_all()
        await self.stage.finish_all()
        await old.track()
        await old.respond()


@pytest.fixture
async def stage(camunda: EngineProcess, vhost: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(camunda.url, vhost, tmp_path / "house") as stage:
        yield stage


async def test_the_page_moves_a_house_in_and_back_without_losing_or_doubling_a_task(stage: Stage) -> None:
    # Given a predecessor at work
    await stage.fetched("locked")
    await stage.ordered("ordered")
    await stage.made("half")
    await stage.receipted("open")
    await stage.receipted("suspended")
    await stage.suspend("suspended", suspended=True)
    tour = Tour(stage)
    # When an operator follows the page
    for command in commands():
        await tour.do(command)
    # Then every process has ended, each with one task in the portal, and the last of them by the predecessor
    states = ("locked", "ordered", "half", "open", "suspended", "ours")
    await stage.ended(*states)
    for state in states[:-1]:
        assert len(await stage.objects_of(state)) == 1, state
    assert len(await stage.portal()) == len(states)
    assert stage.old.completed
    assert stage.tasks["locked"] not in stage.old.completed
    assert tour.codes["takeover --apply"] == [PERSON_DECIDES, 0]
    assert tour.codes["handover --apply"] == [0]


def test_the_page_names_both_directions_and_the_rollback() -> None:
    named = {tuple(command.split()[:3]) for command in commands()}
    assert named >= {
        ("exchanger", "shadow"),
        ("exchanger", "takeover", "--plan"),
        ("exchanger", "takeover", "--apply"),
        ("exchanger", "handover", "--apply"),
    }
