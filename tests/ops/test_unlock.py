"""`exchanger unlock | retry`: named tasks only; what is dangerous is refused, and it is said what would happen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from exchanger.connect import BLIND, REPEATABLE
from exchanger.domain.errors import ConfigError
from exchanger.domain.outcome import Failure
from exchanger.domain.policy import Locks
from exchanger.domain.task import ExternalTask, ObjectRef, ObjectState, Snapshot
from exchanger.engine.client import RestEngine
from exchanger.ops.unlock_rules import Ours, Subject, retrying, unlocking
from exchanger.roles.context import Installation
from exchanger.sandbox.bitrix24 import RunningPortal, default_portal, standin
from exchanger.settings import load_settings
from tests.engine.contract import take_one
from tests.engine.world import RestWorld
from tests.ops.conftest import House

NOW = datetime.now(UTC)
LEASE = timedelta(minutes=5)
YEAR = timedelta(days=365)
OURS = Ours("w", "tenant", Locks(), NOW)


def task(
    locked: timedelta | None = LEASE,
    *,
    worker: str = "w",
    retries: int | None = None,
    tenant: str = "tenant",
    suspended: bool = False,
) -> ExternalTask:
    until = None if locked is None else NOW + locked
    return ExternalTask(
        "t", "topic", "p", "d:1", "d", "a",
        worker_id=worker, locked_until=until, retries=retries, tenant_id=tenant, suspended=suspended,
    )  # fmt: skip


def seen(*states: ObjectState) -> tuple[Snapshot, ...]:
    return tuple(
        Snapshot(ObjectRef("bitrix24", str(n), f"https://p/{n}/"), None, each) for n, each in enumerate(states)
    )


def of(found: ExternalTask, objects: tuple[Snapshot, ...] | None = ()) -> Subject:
    return Subject(found, "bitrix24", None, objects)


@pytest.mark.parametrize(
    ("subject", "acts", "said"),
    [
        (of(task()), True, "аренда"),
        (of(task(retries=2)), True, "аренда"),
        (of(task(None)), False, "уже свободна"),
        (of(task(-LEASE)), False, "уже свободна"),
        (of(task(worker="universal-worker")), False, "universal-worker"),
        (of(task(tenant="other")), False, "чужого арендатора"),
        (of(task(suspended=True)), False, "приостановлен"),
        (of(task(retries=0)), False, "exchanger retry"),
        (Subject(task(), "", None, None), False, "не обслуживает"),
        (Subject(task(), "python", BLIND, ()), False, "второй раз"),
        (Subject(task(YEAR), "python", BLIND, ()), False, "второй раз"),
        (Subject(task(), "python", REPEATABLE, ()), True, "аренда"),
        (of(task(YEAR), seen(ObjectState.OPEN)), False, "https://p/0/ открыт"),
        (of(task(YEAR), seen(ObjectState.FINISHED)), False, "завершён"),
        (of(task(YEAR), seen(ObjectState.OPEN, ObjectState.FINISHED)), False, "завершён"),
        (of(task(YEAR), seen(ObjectState.REFUSED)), False, "отклонён"),
        (of(task(YEAR), None), False, "вслепую"),
        (of(task(YEAR), ()), True, "будет создан новый"),
    ],
)  # fmt: skip
def test_what_is_unlocked_and_why_not(subject: Subject, acts: bool, said: str) -> None:
    decision = unlocking(subject, OURS)

    assert decision.acts is acts, decision.text
    assert said in decision.text


@pytest.mark.parametrize(
    ("subject", "acts", "said"),
    [
        (of(task(None, retries=0)), True, "будет создан"),
        (of(task(None, retries=0), seen(ObjectState.OPEN)), True, "второго не будет"),
        (of(task(None, retries=0), seen(ObjectState.FINISHED)), True, "уйдёт в процесс"),
        (of(task(None, retries=0), seen(ObjectState.REFUSED)), True, "открыт заново"),
        (of(task(None, retries=0), None), True, "узнать не удалось"),
        (of(task(None, retries=1)), False, "exchanger unlock"),
        (of(task()), False, "не инцидент"),
        (of(task(None, retries=0, tenant="other")), False, "чужого арендатора"),
        (of(task(None, retries=0, suspended=True)), False, "приостановлен"),
        (Subject(task(None, retries=0), "", None, None), False, "не обслуживает"),
        (Subject(task(None, retries=0), "python", BLIND, ()), True, "убедитесь"),
        (Subject(task(None, retries=0), "python", REPEATABLE, ()), True, "ещё раз"),
    ],
)  # fmt: skip
def test_what_gets_an_attempt_and_why_not(subject: Subject, acts: bool, said: str) -> None:
    decision = retrying(subject, OURS)

    assert decision.acts is acts, decision.text
    assert said in decision.text


@pytest.fixture
async def portal() -> AsyncIterator[RunningPortal]:
    async with standin(default_portal()) as running:
        yield running


@pytest.fixture
def house(with_engine: House, world: RestWorld, portal: RunningPortal) -> House:
    del with_engine.environ["RABBITMQ_URL"]  # nothing of it needs the broker
    given = {
        "CAMUNDA_TENANT_ID": str(world._tenants[1]),
        "CAMUNDA_WORKER_ID": f"{world.key}-w",
        "BITRIX_WEBHOOK_URL": portal.webhook_url,
        "EXCHANGER_SYSTEMS": "bitrix24",
    }
    with_engine.environ.update(given)
    return with_engine


@pytest.fixture
async def engine(world: RestWorld) -> RestEngine:
    return await world.engine("w", tenant=world._tenants[1])


async def leased(world: RestWorld, engine: RestEngine) -> ExternalTask:
    await world.start(tenant=world._tenants[1])
    return await take_one(engine, world.topic)


async def is_locked(engine: RestEngine, found: ExternalTask) -> bool:
    current = await engine.get(found.id)
    assert current is not None
    return current.locked_until is not None


async def made_in(portal: RunningPortal, house: House, found: ExternalTask) -> None:
    """The object of the task on the portal, as the creator makes it."""
    settings = load_settings(house.environ)
    key = Installation(settings.installation.name, settings.engine.engine_name).key(found.id)
    fields = {"TITLE": "Дело", "RESPONSIBLE_ID": 1, "XML_ID": str(key)}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{portal.webhook_url}tasks.task.add.json", json={"fields": fields}) as answer,
    ):
        assert answer.status == 200, await answer.text()


@pytest.mark.engine
async def test_a_lease_ends_and_the_task_is_taken_again(house: House, world: RestWorld, engine: RestEngine) -> None:
    chosen, other = await leased(world, engine), await leased(world, engine)

    planned = await house.ok("unlock", chosen.id, "--dry-run")
    assert "будет" in planned
    declined = await house.run("unlock", chosen.id, "--reason", "r", answer="n\n")
    assert (declined.exit_code, await is_locked(engine, chosen), house.audit) == (1, True, [])
    await house.ok("unlock", chosen.id, "--reason", "служба убита", answer="y\n")

    assert (await take_one(engine, world.topic)).id == chosen.id
    assert await is_locked(engine, other)
    intent, result = house.audit
    assert (intent["what"], intent["target"], intent["reason"]) == ("unlock", f"задача {chosen.id}", "служба убита")
    assert "аренда" in result["result"]


@pytest.mark.engine
async def test_a_made_task_with_an_open_object_stays_locked(
    house: House, world: RestWorld, engine: RestEngine, portal: RunningPortal
) -> None:
    made = await leased(world, engine)
    assert await engine.hold(made, YEAR)
    await made_in(portal, house, made)

    done = await house.run("unlock", made.id, "--reason", "r", "--yes")

    assert done.exit_code == 1
    assert "открыт" in done.output
    assert (await is_locked(engine, made), house.audit) == (True, [])


@pytest.mark.engine
async def test_others_and_the_unknown_are_refused_while_ours_is_done(
    house: House, world: RestWorld, engine: RestEngine
) -> None:
    ours = await leased(world, engine)
    await world.start(tenant=world._tenants[2])
    foreign_engine = await world.engine("w", tenant=world._tenants[2])
    foreign = await take_one(foreign_engine, world.topic)

    done = await house.run("unlock", ours.id, foreign.id, "no-such-task", "--reason", "r", "--yes")

    assert done.exit_code == 1
    assert "чужого арендатора" in done.output
    assert "нет: завершена" in done.output
    assert (await is_locked(engine, ours), await is_locked(foreign_engine, foreign)) == (False, True)
    assert (await house.run("unlock", ours.id)).exit_code == 2, "причина обязательна"
    assert (await house.run("unlock", "--reason", "r")).exit_code == 2, "задача должна быть названа"


@pytest.mark.engine
async def test_a_named_incident_gets_one_attempt(
    house: House, world: RestWorld, engine: RestEngine, portal: RunningPortal
) -> None:
    chosen, other = await leased(world, engine), await leased(world, engine)
    for found in (chosen, other):
        assert await engine.settle(found, Failure("Нет исполнителя.", "", 0))
    await made_in(portal, house, chosen)

    out = await house.ok("retry", chosen.id, "--reason", "назначен", "--yes")

    assert "второго не будет" in out
    after = [await engine.get(each.id) for each in (chosen, other)]
    assert [each and each.retries for each in after] == [1, 0]
    assert (house.audit[0]["what"], house.audit[0]["reason"]) == ("retry", "назначен")


@pytest.mark.engine
async def test_an_unwritable_audit_refuses(house: House, world: RestWorld, engine: RestEngine) -> None:
    chosen = await leased(world, engine)
    (house.home / "logs").write_text("не каталог")

    done = await house.run("unlock", chosen.id, "--reason", "r", "--yes")

    assert isinstance(done.exception, ConfigError)
    assert await is_locked(engine, chosen)
