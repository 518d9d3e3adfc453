"""A tenant of the real engine, the stand-in of StormBPMN, and the parts that carry diagrams between them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from secrets import randbelow, token_hex

import pytest

from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.journal.audit import Audit
from exchanger.ops.diagrams.deploy import Deployer
from exchanger.ops.diagrams.deploy_checklists import NoPortal
from exchanger.ops.diagrams.deploy_open import Shelf
from exchanger.ops.diagrams.deploy_package import Candidate
from exchanger.ops.diagrams.deploy_rollback import Rollback
from exchanger.ops.diagrams.run import Step, SyncRun
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.storm import API_KEY, TOKEN, Limits, RunningStorm, Workspace, standin
from exchanger.storm.api import Retries, Selection, StormOptions, open_storm
from exchanger.storm.files import DiagramFolder, Download
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.log import log


async def conversion_only(candidate: Candidate) -> tuple[str, ...]:
    """The gate of these tests: what the conversion itself calls an error."""
    return tuple(str(error) for error in candidate.converted.report.errors)


@dataclass
class Yard:
    """One environment: its tenant, its folder."""

    folder: Path
    running: RunningStorm
    running_engine_url: str
    engine: RestEngine
    told: list[Step] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return self.running.workspace

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.folder / "storm", "dev")

    @property
    def audit_file(self) -> Path:
        return self.folder / "audit.jsonl"

    @property
    def deployer(self) -> Deployer:
        audit = Audit(self.audit_file, who="tester")
        return Deployer(self.engine.deployments, conversion_only, self.shelf.deployed, audit, SystemClock())

    @property
    def rollback(self) -> Rollback:
        return Rollback(self.deployer, self.shelf.bodies, self.shelf.holds)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[SyncRun]:
        clock = SystemClock()
        options = StormOptions(self.running.url, self.shelf.root, API_KEY, TOKEN, per_minute=0, retries=Retries(1))
        async with open_storm(options, clock) as storm:
            download = Download(storm, DiagramFolder(self.shelf.downloads), self.shelf.bodies, clock)
            lists = NoPortal("портала нет")
            yield SyncRun(
                storm, download, self.deployer, lists, Selection(), self.shelf.states, self.shelf.holds, clock
            )

    def tell(self, step: Step, _number: int, _total: int) -> None:
        self.told.append(step)


@asynccontextmanager
async def tenant_of(url: str, name: str | None = None) -> AsyncIterator[RestEngine]:
    chosen = name or f"sync-{token_hex(4)}"
    async with RestEngine(EngineConnection(url, chosen, chosen), SystemClock()) as engine:
        yield engine


@pytest.fixture
async def yard(camunda: EngineProcess, tmp_path: Path) -> AsyncIterator[Yard]:
    """Nothing drawn, nothing deployed; UUIDs of diagrams come from the workspace, keys from them."""
    # The engine is the session's: UUIDs, and so keys, of every test are its own.
    workspace = Workspace(limits=Limits(per_minute=None), _numbers=count(randbelow(10**12)))
    async with standin(workspace) as running, tenant_of(camunda.url) as engine:
        yield Yard(tmp_path, running, camunda.url, engine)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What the log said, one line `LEVEL message` for each record."""
    lines: list[str] = []
    sink = log.add(lambda message: lines.append(str(message).rstrip()), format="{level} {message}", level="INFO")
    yield lines
    log.remove(sink)
