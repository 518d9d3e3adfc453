"""Every fault is seen by a real client; the server's own record says whether the request was handled."""

import asyncio
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from exchanger.testing.clock import VirtualClock
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import (
    FaultKind,
    HttpAnswer,
    HttpFault,
    HttpFaultProxy,
    bad_gateway,
    on,
    server_error,
    throttled,
    unauthorized,
    unavailable,
)
from tests.testing_kit.upstream import Ledger, ledger_server

CREATE = "/rest/tasks.task.add"
LOST = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


class Stage:
    def __init__(
        self, ledger: Ledger, clock: VirtualClock, proxy: HttpFaultProxy, client: aiohttp.ClientSession
    ) -> None:
        self.ledger = ledger
        self.clock = clock
        self.proxy = proxy
        self.client = client

    async def post(self, path: str = CREATE, timeout: float = 5.0) -> tuple[int, bytes]:  # noqa: ASYNC109  the client's own
        limit = aiohttp.ClientTimeout(total=timeout)
        async with self.client.post(self.proxy.url + path, json={"a": 1}, timeout=limit) as response:
            return response.status, await response.read()

    @property
    def row(self) -> tuple[FaultKind | None, int, int | None, int | None]:
        seen = self.proxy.seen[-1]
        return seen.fault, seen.forwarded, seen.upstream_status, seen.status


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    clock = VirtualClock()
    async with (
        ledger_server() as ledger,
        HttpFaultProxy(ledger.url, sleep=clock.sleep) as proxy,
        aiohttp.ClientSession() as client,
    ):
        yield Stage(ledger, clock, proxy, client)


async def test_cut_before_the_server_never_sees_the_request(stage: Stage) -> None:
    armed = stage.proxy.arm(HttpFault(FaultKind.CUT_BEFORE))
    with pytest.raises(LOST):
        await stage.post()
    assert stage.ledger.handled == []
    assert armed.fired == 1
    assert stage.row == (FaultKind.CUT_BEFORE, 0, None, None)
    assert (await stage.post())[0] == 200, "once means once"


async def test_cut_after_the_server_has_handled_what_the_client_lost(stage: Stage) -> None:
    stage.proxy.arm(HttpFault(FaultKind.CUT_AFTER))
    with pytest.raises(LOST):
        await stage.post()
    assert stage.ledger.handled == [f"POST {CREATE}"]
    assert stage.row == (FaultKind.CUT_AFTER, 1, 200, None)


async def test_delay_before_holds_the_request_back(stage: Stage) -> None:
    stage.proxy.arm(HttpFault(FaultKind.DELAY_BEFORE, seconds=60))
    answer = asyncio.create_task(stage.post())
    await eventually(lambda: stage.clock.sleeping == 1, what="прокси держит запрос")
    assert stage.ledger.handled == []
    await stage.clock.advance(60)
    assert (await answer)[0] == 200
    assert stage.row == (FaultKind.DELAY_BEFORE, 1, 200, 200)


async def test_delay_after_holds_the_answer_back(stage: Stage) -> None:
    stage.proxy.arm(HttpFault(FaultKind.DELAY_AFTER, seconds=60))
    answer = asyncio.create_task(stage.post())
    await eventually(lambda: stage.clock.sleeping == 1, what="прокси держит ответ")
    assert stage.ledger.handled == [f"POST {CREATE}"]
    assert not answer.done()
    await stage.clock.advance(60)
    assert await answer == (200, b'{"number": 1}')


@pytest.mark.parametrize(
    ("kind", "handled"), [(FaultKind.SILENT_BEFORE, []), (FaultKind.SILENT_AFTER, [f"POST {CREATE}"])]
)
async def test_silence_ends_by_the_clients_own_deadline_only(stage: Stage, kind: FaultKind, handled: list[str]) -> None:
    stage.proxy.arm(HttpFault(kind))
    with pytest.raises(TimeoutError):
        await stage.post(timeout=0.3)
    assert stage.ledger.handled == handled
    assert stage.row == (kind, len(handled), 200 if handled else None, None)


async def test_silence_does_not_hold_up_the_proxys_own_end() -> None:
    async with ledger_server() as ledger, aiohttp.ClientSession() as client:
        async with HttpFaultProxy(ledger.url, faults=[HttpFault(FaultKind.SILENT_BEFORE)]) as proxy:
            waiting = asyncio.create_task(client.get(proxy.url + "/x", timeout=aiohttp.ClientTimeout(total=30)))
            await eventually(lambda: proxy.count() == 1)
            started = time.monotonic()
        assert time.monotonic() - started < 5
        with pytest.raises(aiohttp.ClientError):
            await waiting


async def test_the_body_drips_byte_by_byte(stage: Stage) -> None:
    stage.proxy.arm(HttpFault(FaultKind.DRIP, seconds=1))
    async with stage.client.post(stage.proxy.url + CREATE) as response:
        heard = b""
        while len(heard) < 4:
            heard += await asyncio.wait_for(response.content.readany(), 5)
            await eventually(lambda: stage.clock.sleeping == 1, what="прокси ждёт перед следующим байтом")
            await stage.clock.advance(1)
        assert heard == b'{"nu'
    assert stage.ledger.handled == [f"POST {CREATE}"]


ANSWERS = [
    (server_error({"type": "OptimisticLockingException", "code": 1}), 500, "application/json", b"OptimisticLocking"),
    (bad_gateway(), 502, "text/html", b"<html>"),
    (unavailable(), 503, "text/html", b"<html>"),
    (throttled(7), 429, "application/json", b"too_many_requests"),
    (unauthorized({"error": "expired_token"}), 401, "application/json", b"expired_token"),
]


@pytest.mark.parametrize(("answer", "status", "kind", "text"), ANSWERS, ids=[str(row[1]) for row in ANSWERS])
async def test_another_answer_comes_instead_of_the_servers(
    stage: Stage, answer: HttpAnswer, status: int, kind: str, text: bytes
) -> None:
    for fault in (FaultKind.ANSWER_BEFORE, FaultKind.ANSWER_AFTER):
        stage.proxy.arm(HttpFault(fault, answer=answer))
    for handled in (0, 1):
        async with stage.client.post(stage.proxy.url + CREATE) as response:
            assert response.status == status
            assert response.content_type == kind
            assert text in await response.read()
            assert response.headers.get("Retry-After") == ("7" if status == 429 else None)
        assert len(stage.ledger.handled) == handled


async def test_late_is_handled_after_the_client_has_given_up(stage: Stage) -> None:
    stage.proxy.arm(HttpFault(FaultKind.LATE, seconds=30))
    with pytest.raises(LOST):
        await stage.post()
    await eventually(lambda: stage.clock.sleeping == 1)
    await stage.clock.advance(29)
    assert stage.ledger.handled == []
    await stage.clock.advance(1)
    await asyncio.wait_for(stage.proxy.settled(), 5)
    assert stage.ledger.handled == [f"POST {CREATE}"]
    assert stage.row == (FaultKind.LATE, 1, 200, None)


async def test_duplicate_is_handled_twice_and_answered_once(stage: Stage) -> None:
    stage.proxy.arm(HttpFault(FaultKind.DUPLICATE))
    assert await stage.post() == (200, b'{"number": 2}')
    assert stage.ledger.handled == [f"POST {CREATE}"] * 2
    assert stage.proxy.count() == 1
    assert stage.proxy.forwarded() == 2


async def test_a_fault_chooses_its_requests(stage: Stage) -> None:
    stage.proxy.arm(HttpFault(FaultKind.ANSWER_BEFORE, on("POST", r"/add$"), 2, skip_first=1, answer=bad_gateway()))
    paths = ["/x/add", "/x/list", "/x/add", "/x/add", "/x/add?x=1", "/y"]
    statuses = [(await stage.post(path))[0] for path in paths]
    assert statuses == [200, 200, 502, 502, 200, 200]


async def test_a_seed_repeats_the_plan_whatever_else_goes_by() -> None:
    async def plan(seed: int, noise: int) -> list[int]:
        fault = HttpFault(FaultKind.ANSWER_BEFORE, on(path="/a"), None, probability=0.5, answer=unavailable())
        statuses: list[int] = []
        async with (
            ledger_server() as ledger,
            HttpFaultProxy(ledger.url, faults=[fault], seed=seed) as proxy,
            aiohttp.ClientSession() as client,
        ):
            for path in (["/b"] * noise + ["/a"]) * 24:
                async with client.get(proxy.url + path) as response:
                    statuses += [response.status] if path == "/a" else []
        return statuses

    first = await plan(7, 0)
    assert set(first) == {200, 503}
    assert await plan(7, 2) == first
    assert await plan(8, 0) != first


async def test_healing_lifts_every_fault(stage: Stage) -> None:
    stage.proxy.arm(HttpFault(FaultKind.CUT_BEFORE, times=None))
    for _ in range(3):
        with pytest.raises(LOST):
            await stage.post()
    stage.proxy.heal()
    assert (await stage.post())[0] == 200


async def test_a_dead_server_looks_dead_through_the_proxy() -> None:
    async with ledger_server() as ledger:
        url = ledger.url
    async with HttpFaultProxy(url) as proxy, aiohttp.ClientSession() as client:
        with pytest.raises(LOST):
            await client.post(proxy.url + "/x")
        assert "ClientConnectorError" in proxy.seen[0].failure
        assert proxy.seen[0].upstream_status is None


def test_a_plan_without_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="answer-before"):
        HttpFault(FaultKind.ANSWER_BEFORE)
    with pytest.raises(ValueError, match="probability"):
        HttpFault(FaultKind.CUT_BEFORE, probability=1.5)
