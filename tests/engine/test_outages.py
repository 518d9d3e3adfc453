"""What the client makes of a broken way to a real engine."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from secrets import token_hex

import pytest

from exchanger.domain.errors import ExchangerError, NextStepRefused, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.outcome import Completed
from exchanger.domain.task import ExternalTask, Fate
from exchanger.domain.variables import Variable, VariableType
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import Basic, EngineConnection
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.ports import free_ports
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import (
    FaultKind,
    HttpAnswer,
    HttpFault,
    HttpFaultProxy,
    bad_gateway,
    html_answer,
    json_answer,
    on,
    server_error,
    unauthorized,
)
from tests.engine.contract import LEASE, MOMENT, YEAR, take, take_one
from tests.engine.world import RealClock, RestWorld, rest_world

pytestmark = pytest.mark.engine

CRASH = {"type": "NullPointerException", "message": None, "code": 0}
OPTIMISTIC = {"type": "OptimisticLockingException", "message": "ENGINE-03005", "code": 1}
LOGIN_PAGE = html_answer(200, "<html>Войдите</html>")
FOREIGN_404 = html_answer(404, "<html>404</html>")


@pytest.fixture
async def world(camunda: EngineProcess) -> AsyncIterator[RestWorld]:
    async with rest_world(camunda.url, (f"t{token_hex(4)}", f"t{token_hex(4)}")) as world:
        yield world


@pytest.fixture
async def proxy(camunda: EngineProcess) -> AsyncIterator[HttpFaultProxy]:
    async with HttpFaultProxy(camunda.url, keep_upstream=True) as proxy:
        yield proxy


@pytest.fixture
async def engine(proxy: HttpFaultProxy, camunda: EngineProcess, world: RestWorld) -> AsyncIterator[RestEngine]:
    """A client behind the proxy, with short terms; its address holds a password that must never be told."""
    address = proxy.url_for(camunda.url).replace("http://", "http://user:canary-secret@")
    settings = EngineConnection(
        address,
        f"{world.key}-outage",
        request_timeout=timedelta(seconds=0.5),
        poll_margin=timedelta(seconds=0.5),
    )
    async with RestEngine(settings, RealClock()) as engine:
        yield engine


@pytest.fixture
async def task(engine: RestEngine, world: RestWorld) -> ExternalTask:
    await world.start()
    return await take_one(engine, world.topic)


def instead(answer: HttpAnswer, path: str = "", **options: int | None) -> HttpFault:
    return HttpFault(FaultKind.ANSWER_BEFORE, on(path=path), answer=answer, **options)  # type: ignore[arg-type]


async def test_an_answer_lost_on_the_way_back_is_unknown_and_its_repetition_finds_it_done(
    engine: RestEngine, proxy: HttpFaultProxy, world: RestWorld, task: ExternalTask
) -> None:
    proxy.arm(HttpFault(FaultKind.CUT_AFTER, on("POST", "/complete$")))

    with pytest.raises(OutcomeUnknown):
        await engine.settle(task, Completed())

    assert not await engine.settle(task, Completed())
    assert len(await take(engine, world.next_topic)) == 1


@pytest.mark.parametrize("kind", [FaultKind.CUT_BEFORE, FaultKind.SILENT_BEFORE])
async def test_an_outcome_that_never_arrived_is_unknown_and_can_be_repeated(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask, kind: FaultKind
) -> None:
    proxy.arm(HttpFault(kind, on("POST", "/complete$")))

    with pytest.raises(OutcomeUnknown):
        await engine.settle(task, Completed())

    assert await engine.settle(task, Completed())


async def test_a_poll_that_nobody_answers_ends_by_our_own_deadline_and_heals(
    engine: RestEngine, proxy: HttpFaultProxy, world: RestWorld
) -> None:
    instance = await world.start()
    proxy.arm(HttpFault(FaultKind.SILENT_AFTER, on("POST", "/fetchAndLock$")))

    with pytest.raises(OutcomeUnknown):
        await engine.fetch([world.topic], limit=10, lease=MOMENT, wait=MOMENT)

    again = await eventually(lambda: take(engine, world.topic), within=5)
    assert [fetched.task.process_instance_id for fetched in again] == [instance]


async def test_a_read_that_broke_may_be_repeated(engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask) -> None:
    proxy.arm(HttpFault(FaultKind.SILENT_BEFORE, on("GET", "/external-task/")))
    proxy.arm(instead(bad_gateway(), "/external-task/"))

    for _ in range(2):
        with pytest.raises(Retry):
            await engine.get(task.id)

    found = await engine.get(task.id)
    assert found is not None


async def test_a_gateway_that_gave_up_leaves_a_write_unknown(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    proxy.arm(HttpFault(FaultKind.ANSWER_AFTER, on("POST", "/complete$"), answer=bad_gateway()))

    with pytest.raises(OutcomeUnknown):
        await engine.settle(task, Completed())

    assert not await engine.settle(task, Completed())


async def test_a_foreign_404_is_not_the_end_of_a_task(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    proxy.arm(instead(FOREIGN_404, times=None))

    for call in (engine.get(task.id), engine.settle(task, Completed()), engine.hold(task, YEAR), engine.fate(task)):
        with pytest.raises(Retry):
            await call

    proxy.heal()
    assert await engine.settle(task, Completed())


async def test_a_login_page_is_not_a_completion(engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask) -> None:
    proxy.arm(instead(LOGIN_PAGE, times=None))

    with pytest.raises(OutcomeUnknown):
        await engine.settle(task, Completed())
    with pytest.raises(Retry):
        await engine.get(task.id)
    with pytest.raises(OutcomeUnknown):
        await take(engine, "any")

    proxy.heal()
    assert await engine.settle(task, Completed())


async def test_a_server_that_refuses_connections_has_done_nothing() -> None:
    (port,) = free_ports(1)
    settings = EngineConnection(f"http://user:canary-secret@127.0.0.1:{port}", "w")
    async with RestEngine(settings, RealClock()) as engine:
        task = ExternalTask("t", "topic", "i", "d:1:1", "d", "a")

        for call in (engine.settle(task, Completed()), engine.hold(task, YEAR), engine.get("t"), take(engine, "topic")):
            with pytest.raises(Retry, match="нет соединения") as caught:
                await call
            assert "canary-secret" not in str(caught.value)
        assert engine.now() is None


async def test_wrong_credentials_pause_the_system(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    proxy.arm(instead(unauthorized(), times=None))

    for call in (engine.get(task.id), engine.settle(task, Completed()), take(engine, "any")):
        with pytest.raises(SystemPaused):
            await call


async def test_a_crash_is_believed_only_the_second_time(
    engine: RestEngine, proxy: HttpFaultProxy, world: RestWorld, task: ExternalTask
) -> None:
    proxy.arm(instead(server_error(CRASH), "/complete$", times=2))
    with pytest.raises(NextStepRefused):
        await engine.settle(task, Completed())

    proxy.arm(instead(server_error(CRASH), "/complete$"))
    assert await engine.settle(task, Completed())

    assert len(await take(engine, world.next_topic)) == 1


async def test_the_loser_of_a_race_that_met_a_crash_learns_that_the_task_is_done(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    proxy.arm(HttpFault(FaultKind.ANSWER_AFTER, on("POST", "/complete$"), answer=server_error(CRASH)))

    assert not await engine.settle(task, Completed())


async def test_a_concurrent_change_is_repeated_by_the_caller_not_here(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    proxy.arm(instead(server_error(OPTIMISTIC), "/complete$"))

    with pytest.raises(Retry):
        await engine.settle(task, Completed())

    assert proxy.count("/complete$") == 1


async def test_without_history_the_fate_of_a_task_stays_unproved(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    assert await engine.settle(task, Completed())
    assert await engine.fate(task) is Fate.COMPLETED
    log = "/history/external-task-log"
    both = {"processInstanceId": task.process_instance_id, "successLog": True, "deletionLog": True}
    stranger = {"processInstanceId": "another", "successLog": False, "deletionLog": True}

    for answer in ([], [both], [stranger]):
        proxy.arm(instead(json_answer(200, answer), log))
        assert await engine.fate(task) is Fate.UNPROVED


async def test_a_definition_that_the_engine_does_not_know_has_no_diagram(
    engine: RestEngine, task: ExternalTask
) -> None:
    assert b"process" in await engine.diagram(task.process_definition_id)

    with pytest.raises(Reject, match="не знает определения"):
        await engine.diagram("no:1:such")


async def test_a_cancelled_poll_returns_its_tasks_before_the_client_is_closed(
    proxy: HttpFaultProxy, camunda: EngineProcess, world: RestWorld
) -> None:
    settings = EngineConnection(proxy.url_for(camunda.url), f"{world.key}-closing")
    async with RestEngine(settings, RealClock()) as closing:
        poll = asyncio.create_task(closing.fetch([world.topic], limit=10, lease=LEASE, wait=timedelta(seconds=1)))
        await eventually(lambda: proxy.forwarded("/fetchAndLock$"))
        poll.cancel()
        await world.start()

    other = await world.engine("other")
    assert len(await take(other, world.topic)) == 1


async def test_closing_does_not_wait_long_for_a_poll_that_hangs(
    proxy: HttpFaultProxy, camunda: EngineProcess, world: RestWorld
) -> None:
    settings = EngineConnection(proxy.url_for(camunda.url), f"{world.key}-closing", close_grace=MOMENT)
    async with asyncio.timeout(5), RestEngine(settings, RealClock()) as closing:
        poll = asyncio.create_task(closing.fetch([world.topic], limit=10, lease=LEASE, wait=timedelta(seconds=60)))
        await eventually(lambda: proxy.count("/fetchAndLock$"))
        poll.cancel()
        await asyncio.wait({poll})

    assert poll.cancelled()


async def test_no_message_tells_the_password_of_the_address(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    told = []
    for fault in (
        HttpFault(FaultKind.CUT_BEFORE),
        HttpFault(FaultKind.SILENT_BEFORE),
        instead(bad_gateway()),
        instead(unauthorized()),
        instead(FOREIGN_404),
    ):
        proxy.arm(fault)
        with pytest.raises(ExchangerError) as caught:
            await engine.hold(task, YEAR)
        told.append(str(caught.value))

    assert len(told) == 5
    assert not [text for text in told if "canary-secret" in text or "<html>" in text]


async def test_no_request_is_sent_for_a_value_that_does_not_fit(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    with pytest.raises(Reject, match="bad"):
        await engine.settle(task, Completed({"bad": Variable(VariableType.DATE, "yesterday")}))

    assert proxy.count("/complete$") == 0


async def test_every_request_carries_the_credentials(
    engine: RestEngine, proxy: HttpFaultProxy, task: ExternalTask
) -> None:
    expected = Basic("user", "canary-secret").header
    stranger = HttpFault(
        FaultKind.ANSWER_BEFORE,
        lambda call: call.headers.get("Authorization") != expected,
        times=None,
        answer=unauthorized(),
    )
    armed = proxy.arm(stranger)

    assert await engine.settle(task, Completed())
    assert await engine.fate(task) is Fate.COMPLETED

    assert armed.fired == 0
