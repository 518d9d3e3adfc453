"""Trouble: sessions and licences, pages that are no OData, lost answers, calls that end after the client has left."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientConnectionError

from exchanger.sandbox.onec import Fault, FaultKind, Infobase, Person, RunningBase
from exchanger.sandbox.onec.seed import LOGIN, NODE, ORDERS, PARTNER, PARTNERS, PASSWORD, PLAN, TASKS
from exchanger.testing.eventually import eventually
from tests.sandbox.onec.client import ODATA, Client, at, basic
from tests.sandbox.onec.conftest import ManualClock

START, FINISH = {"IBSession": "start"}, {"IBSession": "finish"}


def made(base: Infobase) -> int:
    return len(base.rows[PARTNERS]) - 1


async def add(client: Client, headers: dict[str, str] | None = None) -> tuple[int, str]:
    answer = await client.send("POST", PARTNERS, {"Description": "А"}, headers=headers)
    return answer.status, answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (basic(LOGIN, PASSWORD), 200),
        (basic(LOGIN, PASSWORD, "cp1251"), 401),
        (basic(LOGIN, "нет"), 401),
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": ""}, 401),
    ],
)
async def test_who_is_let_in(client: Client, headers: dict[str, str], status: int) -> None:
    answer = await client.send("GET", PARTNERS, headers=headers)
    assert answer.status == status
    assert status == 200 or "odata.error" not in answer.text


async def test_a_user_without_the_right_gets_401_too(client: Client, base: Infobase) -> None:
    base.users[LOGIN].denied.add(PARTNERS)
    assert (await client.send("GET", PARTNERS)).error == (401, "20")


@pytest.mark.parametrize(
    ("kind", "status", "words", "count"),
    [
        (FaultKind.STOPPED_BEFORE, 500, '"-1"', 0),
        (FaultKind.STOPPED_AFTER, 500, '"-1"', 1),
        (FaultKind.HANDLER_REFUSAL, 500, "ответственный", 0),
        (FaultKind.LOCK_CONFLICT, 500, "Конфликт блокировок", 0),
        (FaultKind.LOCK_TIMEOUT, 500, "Превышено время ожидания", 0),
        (FaultKind.MAINTENANCE, 500, "#exception", 0),
        (FaultKind.NO_LICENCE, 500, "свободной лицензии", 0),
        (FaultKind.NO_SPACE, 500, "No space left on device", 0),
        (FaultKind.HTML_200, 200, "<html>", 0),
        (FaultKind.BAD_GATEWAY, 502, "<html>", 0),
        (FaultKind.BAD_GATEWAY_AFTER, 502, "<html>", 1),
        (FaultKind.NOT_IMPLEMENTED, 501, "<html>", 0),
        (FaultKind.SESSION_LOST, 406, "virtual-resource-system", 0),
        (FaultKind.TWICE, 201, "Ref_Key", 2),
        (FaultKind.SLOW_COMMIT, 201, "Ref_Key", 1),
        (FaultKind.COMMIT_THEN_DELAY, 201, "Ref_Key", 1),
    ],
)
async def test_a_fault_is_what_it_is_called(
    client: Client, base: Infobase, kind: FaultKind, status: int, words: str, count: int
) -> None:
    base.faults.add(Fault(kind, "POST", delay=0.02))
    code, text = await add(client)
    assert (code, made(base), base.faults.fired) == (status, count, [kind])
    assert words in text


@pytest.mark.parametrize(("kind", "count"), [(FaultKind.COMMIT_THEN_DROP, 1), (FaultKind.DROP_BEFORE_COMMIT, 0)])
async def test_a_dropped_connection_says_nothing_of_what_was_done(
    client: Client, base: Infobase, kind: FaultKind, count: int
) -> None:
    base.faults.add(Fault(kind, "POST", PARTNERS))
    with pytest.raises(ClientConnectionError):
        await add(client)
    assert made(base) == count


async def test_what_was_begun_ends_after_the_client_has_left(client: Client, base: Infobase) -> None:
    base.faults.add(Fault(FaultKind.SLOW_COMMIT, "POST", delay=0.2))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await add(client)
    assert made(base) == 0
    await eventually(lambda: made(base) == 1)


async def test_maintenance_is_json_with_a_mark_before_it(client: Client, base: Infobase) -> None:
    base.faults.maintenance = True
    answer = await client.send("GET", PARTNERS)
    assert answer.text.startswith("\ufeff{")
    assert "Начало сеанса с информационной базой запрещено" in answer.text
    base.faults.clear()
    assert (await client.send("GET", PARTNERS)).status == 200


async def test_the_first_call_after_a_silence_is_long(client: Client, base: Infobase, clock: ManualClock) -> None:
    base.config.cold_start = 0.15
    loop = asyncio.get_running_loop()

    async def spent() -> float:
        began = loop.time()
        await client.send("GET", PARTNERS, top="1")
        return loop.time() - began

    first, second = await spent(), await spent()
    clock.advance(601)
    third = await spent()
    assert min(first, third) >= 0.15 > second


async def test_every_call_takes_a_licence_and_an_open_session_keeps_it(
    client: Client, base: Infobase, running: RunningBase
) -> None:
    base.config.licences = 1
    opened = await client.send("GET", PARTNERS, headers=START)
    cookie = {"Cookie": opened.headers["Set-Cookie"].partition(";")[0]}
    assert "свободной лицензии" in (await client.send("GET", PARTNERS)).text
    assert (await client.send("GET", PARTNERS, headers=cookie)).status == 200
    assert (await client.send("GET", PARTNERS, headers=cookie | FINISH)).status == 200
    assert (await client.send("GET", PARTNERS)).status == 200
    assert (running.sessions.open, running.sessions.calls, running.sessions.started) == ({}, 0, 2)


async def test_calls_at_once_run_out_of_licences(client: Client, base: Infobase) -> None:
    base.config.licences, base.faults.hang = 2, 0.1
    codes = [each.status for each in await asyncio.gather(*(client.send("GET", PARTNERS) for _ in range(4)))]
    assert sorted(codes) == [200, 200, 500, 500]


async def test_a_session_that_is_over_is_not_known_any_more(client: Client, base: Infobase, clock: ManualClock) -> None:
    base.config.licences = 1
    opened = await client.send("GET", PARTNERS, headers=START)
    clock.advance(base.config.session_age)
    cookie = {"Cookie": opened.headers["Set-Cookie"].partition(";")[0]}
    assert (await client.send("GET", PARTNERS, headers=cookie)).status == 406
    assert (await client.send("GET", PARTNERS)).status == 200  # its licence is free again


async def test_a_base_may_give_no_session(client: Client, base: Infobase) -> None:
    base.config.client_sessions = False
    assert "Set-Cookie" not in (await client.send("GET", PARTNERS, headers=START)).headers


async def test_iis_takes_no_signs_of_its_own_in_a_path(client: Client, base: Infobase) -> None:
    base.config.iis = True
    for sign in ("%2B", "%3F", "%5C"):
        answer = await client.raw("GET", f"{ODATA}Catalog_X{sign}?$format=json")
        assert (answer.status, "odata.error" in answer.text) == (400, False)


async def test_changes_come_again_until_they_are_acknowledged(client: Client, base: Infobase) -> None:
    async def exchange(name: str, number: int) -> str:
        point = f"'{client.running.url}{ODATA}{PLAN}(guid'{NODE}')'"
        query = f"DataExchangePoint={point}&MessageNo={number}"
        answer = await client.raw("POST", f"{ODATA}{name}?{query}")
        assert answer.status == 200, answer.text
        return answer.text

    one = await client.add(PARTNERS, Description="Первый")
    await client.send("DELETE", at(PARTNERS, PARTNER))
    for number in (1, 2):  # nobody acknowledged the first message
        feed = await exchange("SelectChanges", number)
        assert "Первый" in feed
        assert f'deleted-entry ref="{at(PARTNERS, PARTNER)}"' in feed
    await client.send("PATCH", at(PARTNERS, one["Ref_Key"]), {"ИНН": "5"})
    await exchange("NotifyChangesReceived", 2)
    feed = await exchange("SelectChanges", 3)
    assert ("Первый" in feed, "deleted-entry" in feed) == (True, False)  # changed after it was selected
    await exchange("NotifyChangesReceived", 3)
    assert "Первый" not in await exchange("SelectChanges", 4)
    row = base.rows[PLAN][NODE,]
    assert (row["SentNo"], row["ReceivedNo"]) == (4, 3)


async def test_a_person_works_in_the_base_itself(client: Client, base: Infobase) -> None:
    task = (await client.add(TASKS, Date="2026-03-01T10:00:00"))["Ref_Key"]
    person = Person(base)
    person.execute(task, "Сделано")
    now = (await client.send("GET", at(TASKS, task))).body
    assert (now["Executed"], now["РезультатВыполнения"]) == (True, "Сделано")
    person.mark(TASKS, task)
    assert (await client.send("GET", at(TASKS, task))).body["DeletionMark"] is True
    person.destroy(TASKS, task)
    assert (await client.send("GET", at(TASKS, task))).error == (404, "9")
    assert base.rows[ORDERS] == {}
