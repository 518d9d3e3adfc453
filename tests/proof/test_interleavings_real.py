"""Stories that the design names and that are about real parts: processes, the engine's database, one portal for two."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.crash_points import CRASH_AT, CRASH_HOW, CrashHow, CrashPoint
from exchanger.testing.eventually import eventually
from tests.e2e import agreement
from tests.e2e.audit import audit
from tests.e2e.ledger import History, Ledger, ObjectRecord, read_ledger
from tests.e2e.world import KEY_PREFIX
from tests.proof import question
from tests.proof.case import CREATOR, PATIENCE, WORKER, Case, on_duty, open_case
from tests.proof.legacy import LegacyWorker

pytestmark = [pytest.mark.e2e, pytest.mark.engine, pytest.mark.rabbitmq, pytest.mark.timeout(240)]


async def _objects_of(case: Case, instances: set[str]) -> dict[str, int]:
    async def all_there() -> dict[str, int]:
        found = await question.tasks_of(case.world)
        return found if instances <= found.keys() else {}

    return await eventually(all_there, within=60, every=0.2, what="the portal has the tasks")


async def test_zombie_creator(durable: EngineProcess, vhost: str, tmp_path: Path) -> None:
    async with open_case(durable.url, vhost, tmp_path / "house") as case:
        # Given a creator that freezes while it looks for the object of an order, and another that stands by
        case.start("camunda-worker", WORKER)
        await case.begin(10)
        frozen = {CRASH_AT: CrashPoint.SEARCHING.value, CRASH_HOW: CrashHow.FREEZE.value}
        zombie = case.start("zombie", CREATOR, frozen)
        await on_duty(zombie)
        heir = case.start("heir", CREATOR)
        # When the broker has given it up and the other has taken over
        await on_duty(heir)
        await eventually(case.world.done, within=60, every=0.2, what="the heir works")
        # And it wakes up in the middle of the other's work
        os.kill(zombie.pid, signal.SIGCONT)
        await zombie.says("вахта потеряна")
        await case.more(5)
        # Then nothing is made twice
        await case.all_ended()
        assert case.faults(await case.ledger()) == []


def _database(engine: EngineProcess) -> Path:
    assert engine._database is not None
    return Path(f"{engine._database}.mv.db")


def _back_up(engine: EngineProcess, copy: Path) -> None:
    engine.stop()
    shutil.copy(_database(engine), copy)
    engine.start()


def _restore(engine: EngineProcess, copy: Path) -> None:
    engine.kill()
    shutil.copy(copy, _database(engine))
    engine.start()


async def test_engine_restored_from_a_backup(durable: EngineProcess, vhost: str, tmp_path: Path) -> None:
    async with open_case(durable.url, vhost, tmp_path / "house", people=False) as case:
        # Given a backup of the engine, then a process that ends after it and processes that begin after it
        world = case.world
        case.start("camunda-worker", WORKER)
        creator = case.start("task-creator", CREATOR)
        await on_duty(creator)
        await world.deploy(question.KEY)
        await world.start(question.KEY, 4)
        old = set(world.started)
        objects = await _objects_of(case, old)
        await asyncio.to_thread(_back_up, durable, tmp_path / "backup")
        first = min(old)
        await question.answer(world, objects[first])
        await eventually(world.done, within=60, every=0.2, what="the answer has arrived")
        await world.start(question.KEY, 3)
        young = set(world.started) - old
        objects = await _objects_of(case, old | young)
        await eventually(lambda: _all_marked(case, 6), within=60, every=0.2, what="the engine knows what is made")
        # When the engine is set back to it, and the creator is started anew: one that remembers its answer waits five
        # minutes before it repeats it
        await creator.kill()
        await asyncio.to_thread(_restore, durable, tmp_path / "backup")
        creator.start()
        # Then the answer that it has forgotten is given again
        await eventually(world.done, within=90, every=0.2, what="the forgotten answer is repeated")
        # And the objects of the processes that it has forgotten are told once, without a claim that they were cancelled
        await eventually(lambda: _all_told(case, young, objects), within=60, every=0.3, what="the orphans are told")
        # And the others go on as if nothing had happened
        for instance in old - {first}:
            await question.answer(world, objects[instance])
        await world.ended(within=90, patience=PATIENCE)
        await world.quiet()
        await case.stop()
        ledger = await case.ledger()
        assert audit(_of_known_tasks(ledger), question.expected(old)) == []
        assert len(ledger.objects) == len(old | young)


async def _all_marked(case: Case, count: int) -> bool:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    async with aiohttp.ClientSession() as session:
        rows = await History(session, case.world.sources).rows("external-task")
    return [row["lockExpirationTime"] > tomorrow for row in rows] == [True] * count


async def _all_told(case: Case, instances: set[str], objects: dict[str, int]) -> bool:
    said = [await question.comments_of(case.world, objects[instance]) for instance in instances]
    ours = [[text for text in texts if "процесс" in text.lower()] for texts in said]
    assert all(len(texts) == 1 for texts in ours), said
    assert not any("отмен" in text for texts in ours for text in texts), said
    return True


def _of_known_tasks(ledger: Ledger) -> Ledger:
    known = {task.id for task in ledger.tasks}
    return replace(ledger, objects=tuple(found for found in ledger.objects if found.raw_id in known))


async def test_two_environments_on_one_portal(
    durable: EngineProcess, vhost: str, second_vhost: str, tmp_path: Path
) -> None:
    async with (
        open_case(durable.url, vhost, tmp_path / "dev") as dev,
        open_case(durable.url, second_vhost, tmp_path / "prod", people=False) as prod,
    ):
        # Given a second installation, with its own name, tenant and virtual host, on the portal of the first
        prod.world.sources = replace(prod.world.sources, portal=dev.world.sources.portal)
        shared = {"BITRIX_WEBHOOK_URL": dev.environment["BITRIX_WEBHOOK_URL"], "EXCHANGER_INSTALLATION": "prod"}
        for case, extra in ((dev, {}), (prod, shared)):
            case.start("camunda-worker", WORKER, extra)
            case.start("task-creator", CREATOR, extra)
        # When both work
        await asyncio.gather(dev.begin(6), prod.begin(6))
        await asyncio.gather(dev.all_ended(), prod.all_ended())
        # Then each has done its own, once, and touched nothing of the other's
        for case, prefix in ((dev, KEY_PREFIX), (prod, KEY_PREFIX.replace("dev", "prod"))):
            ledger = await read_ledger(case.world.sources)
            mine = tuple(found for found in ledger.objects if found.key.startswith(prefix))
            expected = replace(agreement.expected(case.world.started), key_prefix=prefix)
            assert audit(replace(ledger, objects=mine), expected) == []
            assert len(mine) < len(ledger.objects)


async def test_a_legacy_worker_with_the_same_worker_id_and_its_own_tasks(
    durable: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with open_case(durable.url, vhost, tmp_path / "house") as case:
        # Given the predecessor with tasks in flight
        world = case.world
        legacy = LegacyWorker(durable.url, case.webhook, world.sources.tenant)
        await world.deploy(question.KEY)
        await world.start(question.KEY, 3)
        async with aiohttp.ClientSession() as session:
            await legacy.take(session, 3)
        # When we begin to work beside it, in the same name, and both fetch
        case.start("camunda-worker", WORKER)
        await on_duty(case.start("task-creator", CREATOR))
        async with legacy.polling():
            for _ in range(4):
                await world.start(question.KEY, 3)
                await asyncio.sleep(1)
            await world.ended(within=120, patience=PATIENCE)
        await world.quiet()
        await case.stop()
        # Then every task has one object, its or ours, and its answer
        ledger = await case.ledger()
        assert audit(_known_by_raw_id(ledger), question.expected(world.started)) == []
        theirs = [found for found in ledger.objects if _is_theirs(found)]
        assert {found.raw_id for found in theirs} == set(legacy.taken)
        assert 3 <= len(theirs) < len(ledger.objects)


def _known_by_raw_id(ledger: Ledger) -> Ledger:
    """The predecessor's objects have no key, only the bare id."""
    keyed = (replace(found, key=KEY_PREFIX + found.raw_id) if _is_theirs(found) else found for found in ledger.objects)
    return replace(ledger, objects=tuple(keyed))


def _is_theirs(found: ObjectRecord) -> bool:
    return not found.key.startswith(KEY_PREFIX)
