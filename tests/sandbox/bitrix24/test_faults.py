"""Each fault does what its name says: what the client gets, and what the portal has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

import pytest
from aiohttp import ClientError, ClientTimeout

from exchanger.sandbox.bitrix24 import Fault, FaultKind, Faults, Portal
from tests.sandbox.bitrix24.client import Client

TASK = {"fields": {"TITLE": "Дело", "RESPONSIBLE_ID": 3}}


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(("kind", "made"), [(FaultKind.DROP_BEFORE_COMMIT, 0), (FaultKind.COMMIT_THEN_DROP, 1)])
async def test_a_dropped_connection(client: Client, portal: Portal, kind: FaultKind, made: int) -> None:
    portal.faults.add(Fault(method="tasks.task.add", kind=kind))
    with pytest.raises(ClientError):
        await client.send("tasks.task.add", TASK)
    assert len(portal.store.tasks) == made
    assert (await client.send("tasks.task.add", TASK))[0] == 200


ANSWERS = [
    (FaultKind.ERROR_500_BEFORE, 500, "INTERNAL_SERVER_ERROR", 0),
    (FaultKind.ERROR_500_AFTER, 500, "INTERNAL_SERVER_ERROR", 1),
    (FaultKind.EXPIRED_TOKEN, 401, "expired_token", 0),
    (FaultKind.INVALID_CREDENTIALS, 401, "INVALID_CREDENTIALS", 0),
    (FaultKind.INSUFFICIENT_SCOPE, 403, "insufficient_scope", 0),
    (FaultKind.OVERLOAD_LIMIT, 503, "OVERLOAD_LIMIT", 0),
    (FaultKind.QUERY_LIMIT, 503, "QUERY_LIMIT_EXCEEDED", 0),
    (FaultKind.OPERATION_TIME_LIMIT, 429, "OPERATION_TIME_LIMIT", 0),
]


@pytest.mark.parametrize(("kind", "status", "code", "made"), ANSWERS)
async def test_a_refusal_by_plan(
    client: Client, portal: Portal, kind: FaultKind, status: int, code: str, made: int
) -> None:
    portal.faults.add(Fault(kind))
    assert await client.error("tasks.task.add", TASK) == (status, code)
    assert len(portal.store.tasks) == made


@pytest.mark.parametrize(
    ("kind", "status", "made"),
    [(FaultKind.BAD_GATEWAY, 502, 0), (FaultKind.BAD_GATEWAY_AFTER, 502, 1), (FaultKind.MAINTENANCE, 503, 0)],
)
async def test_a_page_instead_of_json(client: Client, portal: Portal, kind: FaultKind, status: int, made: int) -> None:
    portal.faults.add(Fault(kind))
    async with client.session.post(client.running.webhook_url + "tasks.task.add", json=TASK) as response:
        assert (response.status, response.content_type) == (status, "text/html")
    assert len(portal.store.tasks) == made


async def test_a_late_commit_happens_though_the_client_has_gone(client: Client, portal: Portal) -> None:
    portal.faults.add(Fault(FaultKind.DELAY_THEN_COMMIT, delay=0.3))
    url = client.running.webhook_url + "tasks.task.add"
    with pytest.raises(TimeoutError):
        await client.session.post(url, json=TASK, timeout=ClientTimeout(total=0.05))
    assert portal.store.tasks == {}
    await until(lambda: len(portal.store.tasks) == 1)


async def test_a_change_of_domain_is_a_302_that_keeps_the_path(client: Client, portal: Portal) -> None:
    portal.faults.add(Fault(FaultKind.DOMAIN_CHANGED, location="http://new.example/"))
    url = client.running.webhook_url + "tasks.task.add"
    async with client.session.post(url, json=TASK, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, "http://new.example/" + url.split("/", 3)[3])
    assert portal.store.tasks == {}


async def test_the_clock_of_the_portal_may_be_wrong(client: Client, portal: Portal) -> None:
    portal.faults.clock_skew = -portal.faults.clock_skew.resolution * 90_000_000  # 90 s behind
    assert await client.result("server.time") == "2026-03-02T11:58:30+03:00"


def test_a_plan_counts_skips_and_masks() -> None:
    faults = Faults()
    faults.add(Fault(FaultKind.BAD_GATEWAY, method="tasks.task.*", times=2, skip=1))
    methods = ["profile", "tasks.task.get", "tasks.task.get", "tasks.task.add", "tasks.task.add"]
    fired = [faults.take(method) is not None for method in methods]
    assert fired == [False, False, True, True, False]
    assert faults.fired == [("tasks.task.get", FaultKind.BAD_GATEWAY), ("tasks.task.add", FaultKind.BAD_GATEWAY)]


def test_the_same_seed_fails_the_same_requests() -> None:
    def run(seed: int) -> list[bool]:
        faults = Faults(seed=seed)
        faults.add(Fault(FaultKind.BAD_GATEWAY, times=None, probability=0.3))
        return [faults.take("x") is not None for _ in range(200)]

    assert run(7) == run(7)
    assert run(7) != run(8)
    assert 30 < sum(run(7)) < 90
