"""`exchanger trace`: where a task is, whatever number it is asked by, at every stage, with a journal or without."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchanger.bus.memory import MemoryBus
from exchanger.domain.event import Event, EventKind
from exchanger.domain.key import Key
from exchanger.domain.outcome import Completed, Failure
from exchanger.domain.reconcile import EngineSays
from exchanger.domain.task import ExternalTask, ObjectRef, ObjectState, Order, Snapshot
from exchanger.domain.typed import typed
from exchanger.engine.past import LogEntry, Passed
from exchanger.journal.store import Store
from exchanger.ops.journal import journal_file
from exchanger.ops.trace import TaskFacts, tell
from exchanger.ops.trace.next_steps import names
from exchanger.sandbox.bitrix24 import Person, RunningPortal, default_portal, standin
from exchanger.sandbox.bitrix24.seed import CLERK
from exchanger.settings import load_settings
from exchanger.wiring import assemble
from tests.engine.contract import take_one
from tests.engine.process import bpmn
from tests.engine.world import RestWorld
from tests.ops.conftest import House

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
TASK = ExternalTask(
    "t1", "bitrix_create_task", "pi", "d:1", "d", "a", locked_until=NOW + timedelta(days=300), retries=3
)
OPEN = Snapshot(ObjectRef("bitrix24", "17", "https://portal/17"), Key("prod", "default", "t1"), ObjectState.OPEN)
APPEARED = LogEntry(
    NOW - timedelta(hours=3), Passed.CREATED, "t1", TASK.topic, "pi", "d:1", "d", "a", "", None, ""
)  # fmt: skip
MADE = TaskFacts(
    "t1", TASK.topic, "bitrix24", True, EngineSays.MADE, TASK, (APPEARED,), (), (OPEN,), next=("Согласование",)
)  # fmt: skip
LEASED = replace(
    MADE, says=EngineSays.NOT_MADE, task=replace(TASK, locked_until=NOW + timedelta(minutes=20)), objects=()
)
FREE = replace(LEASED, task=replace(TASK, locked_until=None))
GONE = replace(MADE, task=None, objects=())


@pytest.mark.parametrize(
    ("facts", "state", "trouble", "advice"),
    [
        (MADE, "ждём исполнителя с ", "", ""),
        (replace(MADE, objects=(replace(OPEN, overdue=True),)), "Согласование", "срок вышел", ""),
        (replace(MADE, objects=(replace(OPEN, state=ObjectState.FINISHED),)), "завершён", "", ""),
        (replace(MADE, objects=(replace(OPEN, state=ObjectState.REFUSED),)), "отклонён", "", ""),
        (replace(MADE, objects=()), "объекта в системе не видно", "удалили", "reconcile bitrix24 --dry-run"),
        (replace(MADE, objects=None), "ждём исполнителя", "спросить не удалось", ""),
        (replace(MADE, objects=(OPEN, replace(OPEN, ref=ObjectRef("bitrix24", "18")))), "ждём", "17, 18", ""),
        (replace(MADE, task=replace(TASK, suspended=True)), "приостановлен", "", "возобновите"),
        (LEASED, "в пути к системе bitrix24", "", ""),
        (replace(LEASED, paused=True), "ждёт", "на паузе", "exchanger resume bitrix24"),
        (replace(LEASED, dead_letters=("нет поля",)), "в очереди ошибок", "нет поля", "exchanger dlq list --task t1"),
        (replace(LEASED, objects=(OPEN,)), "объект 17 создан", "", ""),
        (FREE, "ждёт выборки с ", "долго никто не берёт", "exchanger services status"),
        (replace(FREE, log=()), "ждёт выборки", "", ""),
        (replace(FREE, served=False), "ждёт выборки", "не обслуживает", "EXCHANGER_SYSTEMS"),
        (
            replace(MADE, says=EngineSays.INCIDENT, task=replace(TASK, retries=0, error_message="Нет исполнителя")),
            "стоит инцидентом", "Нет исполнителя", "exchanger incidents retry --task t1",
        ),
        (replace(GONE, says=EngineSays.COMPLETED), "завершена, дальше — Согласование", "", ""),
        (replace(GONE, says=EngineSays.CANCELLED, objects=(OPEN,)), "задача снята", "17 ещё открыт", ""),
        (replace(GONE, says=EngineSays.UNPROVED), "история не говорит", "история удалена", "CAMUNDA_BASE_URL"),
    ],
)  # fmt: skip
def test_the_last_line_says_what_is_what_is_wrong_and_what_to_do(
    facts: TaskFacts, state: str, trouble: str, advice: str
) -> None:
    story = tell(facts, NOW)

    assert state in story.state
    assert trouble in story.trouble
    assert bool(trouble) is bool(story.trouble)
    assert advice in story.advice
    assert bool(advice) is bool(story.advice)


def test_steps_of_the_engine_and_the_journal_stand_in_one_line_of_time() -> None:
    created = Event(EventKind.CREATED, NOW - timedelta(hours=2), "bitrix24", "t1", "pi", {"object": "17"})

    steps = tell(replace(MADE, events=(created,)), NOW).steps

    assert [(step.source, step.what) for step in steps] == [
        ("движок", "внешняя задача появилась"),
        ("журнал", "объект создан 17"),
    ]


@pytest.mark.parametrize("reason", ["", "шаблон задачи: нет прав"])
def test_what_an_object_could_not_be_given_is_a_step_of_its_way(reason: str) -> None:
    fields = {"object": "17", "remark": "шаблон задачи"} | ({"reason": reason} if reason else {})
    poorer = Event(EventKind.REMARK, NOW - timedelta(hours=2), "bitrix24", "t1", "pi", fields)

    said = [step.what for step in tell(replace(MADE, events=(poorer,)), NOW).steps]

    assert f"в объекте задано не всё 17: {reason or 'шаблон задачи'}" in said


def test_what_comes_next_is_read_through_gateways_without_names() -> None:
    model = bpmn("p").replace(b'id="b"', b'id="b" name="Second  sign"')
    named = model.replace(b'Task id="a"', b'Task id="a" name="Sign"')
    assert names(named, "a") == ("Sign", ("Second sign",))
    assert names(b"not xml", "a") == ("a", ())


@pytest.fixture
async def portal() -> AsyncIterator[RunningPortal]:
    async with standin(default_portal()) as running:
        yield running


@pytest.fixture
def home(with_engine: House, portal: RunningPortal) -> House:
    del with_engine.environ["RABBITMQ_URL"]
    with_engine.environ["BITRIX_WEBHOOK_URL"] = portal.webhook_url
    with_engine.environ["BITRIX_DEFAULT_RESPONSIBLE_ID"] = str(CLERK)
    return with_engine


async def looked(home: House, asked: str) -> tuple[int, list[dict[str, Any]]]:
    done = await home.run("trace", asked, "--json")
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, [task for each in json.loads(done.output)["found"] for task in each["tasks"]]


async def made(home: House, topic: str, task: ExternalTask) -> Snapshot:
    """What the creator does, by the real system of the house."""
    settings = load_settings({**home.environ, "EXCHANGER_ENV": "prod"}, home.home)
    async with assemble(settings, bus=MemoryBus()) as exchanger:
        work = exchanger.systems[0].works[topic]
        params = work.prepare(Order(task, "bitrix24"))
        return await work.create(exchanger.context.installation.key(task.id), params)


@pytest.mark.engine
async def test_the_whole_way_is_seen_without_a_journal(home: House, world: RestWorld, portal: RunningPortal) -> None:
    instance = await world.start()
    code, (waiting,) = await looked(home, instance)
    assert (code, waiting["state"], waiting["trouble"]) == (0, "ждёт выборки", "")

    engine = await world.engine("universal-worker")
    task = await take_one(engine, world.topic)
    code, (leased,) = await looked(home, task.id)
    assert "заявка в пути" in leased["state"]

    found = await made(home, world.topic, task)
    assert await engine.hold(task, timedelta(days=365))
    for asked in (task.id, instance, found.ref.id, found.ref.link):
        code, (opened,) = await looked(home, asked)
        assert (code, opened["id"]) == (0, task.id), asked
        assert "ждём исполнителя" in opened["state"]
        assert opened["objects"][0]["id"] == found.ref.id

    clerk = Person(portal.portal, portal.portal.user(CLERK))
    clerk.add_result(int(found.ref.id), "сделано")
    clerk.complete(int(found.ref.id))
    assert "завершён" in (await looked(home, task.id))[1][0]["state"]

    assert await engine.settle(task, Completed({"go": typed("end")}))
    code, tasks = await looked(home, instance)
    ended = next(each for each in tasks if each["id"] == task.id)
    assert ended["says"] == "completed"
    assert [step["what"] for step in ended["steps"]] == ["внешняя задача появилась", "задача завершена"]


@pytest.mark.engine
async def test_an_incident_is_trouble_with_a_remedy_and_an_exit_code(home: House, world: RestWorld) -> None:
    await world.start()
    engine = await world.engine("universal-worker")
    task = await take_one(engine, world.topic)
    assert await engine.settle(task, Failure("Нет исполнителя", "", 0))

    code, (stuck,) = await looked(home, task.id)

    assert (code, stuck["trouble"]) == (3, "Нет исполнителя")
    assert f"exchanger incidents retry --task {task.id}" in await text(home, task.id, 3)


@pytest.mark.engine
async def test_the_journal_adds_what_the_engine_does_not_know(home: House, world: RestWorld) -> None:
    await world.start()
    task = await take_one(await world.engine("universal-worker"), world.topic)
    settings = load_settings({**home.environ, "EXCHANGER_ENV": "prod"}, home.home)
    store = Store(journal_file(settings))
    store.add([Event(EventKind.CREATED, datetime.now(UTC), "bitrix24", task.id, "pi", {"object": "4711"})])
    store.close()

    _, (seen,) = await looked(home, "4711")

    assert seen["id"] == task.id
    assert "объект создан 4711" in [step["what"] for step in seen["steps"]]


@pytest.mark.engine
async def test_nothing_found_says_where_it_looked(home: House) -> None:
    assert "ничего не нашлось" in await text(home, "no-such-thing", 1)


@pytest.mark.engine
async def test_a_silent_system_is_named_and_hides_nothing_else(home: House, world: RestWorld) -> None:
    await world.start()
    task = await take_one(await world.engine("universal-worker"), world.topic)
    home.environ["BITRIX_WEBHOOK_URL"] = "http://127.0.0.1:9/rest/1/cAnArY/"

    out = await text(home, task.id, 0)

    assert "Не ответил — bitrix24" in out
    assert "заявка в пути" in out
    assert "cAnArY" not in out


async def text(home: House, asked: str, code: int) -> str:
    done = await home.run("trace", asked)
    assert done.exit_code == code, (done.output, done.exception)
    return done.output
