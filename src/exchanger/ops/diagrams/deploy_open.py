"""Сборка переноса по настройкам установки: движок, проверка, архивы, состояние."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from exchanger.engine.client import RestEngine
from exchanger.ops.audit import audit_of
from exchanger.ops.diagrams.archive import DeployedArchive
from exchanger.ops.diagrams.deploy import Deployer
from exchanger.ops.diagrams.deploy_checklists import open_lists
from exchanger.ops.diagrams.deploy_gate import open_gate
from exchanger.ops.diagrams.deploy_rollback import Rollback
from exchanger.ops.diagrams.run import SyncRun
from exchanger.ops.diagrams.run_holds import Holds
from exchanger.ops.diagrams.run_state import StateFile
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.storm.api import Selection, Waiting, open_storm, storm_options
from exchanger.storm.api.budget import say_nothing
from exchanger.storm.files import BodyArchive, DiagramFolder, Download
from exchanger.wiring import engine_connection


@dataclass(frozen=True, slots=True)
class Shelf:
    """Где лежит своё у каждой среды внутри STORMBPMN_DIR; архив полученных тел — общий."""

    root: Path
    environment: str

    @property
    def bodies(self) -> BodyArchive:
        """Архив тел StormBPMN."""
        return BodyArchive(self.root / "archive")

    @property
    def deployed(self) -> DeployedArchive:
        """Архив развёрнутого."""
        return DeployedArchive(self.root / "deployed" / self.environment)

    @property
    def states(self) -> StateFile:
        """Состояние прохода."""
        return StateFile(self.root / f"sync-{self.environment}.json")

    @property
    def holds(self) -> Holds:
        """Отложенное человеком."""
        return Holds(self.root / f"holds-{self.environment}.json")

    @property
    def downloads(self) -> Path:
        """Папка скачанного проходом."""
        return self.root / "sync" / self.environment


def shelf_of(settings: Settings) -> Shelf:
    """Каталоги среды этой установки."""
    return Shelf(storm_options(settings).directory, settings.installation.environment)


@asynccontextmanager
async def open_deployer(settings: Settings, clock: Clock) -> AsyncIterator[Deployer]:
    """Развёртывание от имени арендатора установки (CAMUNDA_TENANT_ID); к движку при открытии не обращается."""
    async with RestEngine(engine_connection(settings.engine), clock) as engine, open_gate(settings) as gate:
        yield Deployer(engine.deployments, gate, shelf_of(settings).deployed, audit_of(settings), clock)


@asynccontextmanager
async def open_rollback(settings: Settings, clock: Clock) -> AsyncIterator[Rollback]:
    """Возврат к прежней версии."""
    shelf = shelf_of(settings)
    async with open_deployer(settings, clock) as deployer:
        yield Rollback(deployer, shelf.bodies, shelf.holds)


@asynccontextmanager
async def open_run(settings: Settings, clock: Clock, waiting: Waiting = say_nothing) -> AsyncIterator[SyncRun]:
    """Проход по отобранным диаграммам; `waiting` узнаёт о паузах, которых требует предел StormBPMN."""
    shelf = shelf_of(settings)
    async with AsyncExitStack() as stack:
        storm = await stack.enter_async_context(open_storm(storm_options(settings), clock, waiting))
        lists = await stack.enter_async_context(open_lists(settings, clock))
        deployer = await stack.enter_async_context(open_deployer(settings, clock))
        download = Download(storm, DiagramFolder(shelf.downloads), shelf.bodies, clock)
        selection = Selection.of(settings.sync)
        yield SyncRun(storm, download, deployer, lists, selection, shelf.states, shelf.holds, clock)
