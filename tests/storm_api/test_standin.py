"""The stand-in is as strict as the cloud: otherwise what is proved against it is worth nothing."""

import aiohttp
import pytest

from exchanger.sandbox.storm import API_KEY, TOKEN, FaultKind
from exchanger.sandbox.storm.server import RunningStorm
from tests.storm_api.kit import Bench

LIST = "/public-api/v1/get-diagram-list"


async def _get(running: RunningStorm, path: str = LIST, key: str = API_KEY) -> tuple[int, dict[str, str], str]:
    headers = {"X-Api-Key": key, "Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(running.url, headers=headers) as session, session.get(path) as answer:
        return answer.status, dict(answer.headers), await answer.text()


async def test_the_sixth_request_of_a_minute_is_refused_and_says_when_to_come_back(storm: Bench) -> None:
    first = [await _get(storm.running) for _ in range(5)]
    storm.clock.elapsed += 20

    status, headers, text = await _get(storm.running)

    assert [answer[0] for answer in first] == [200] * 5
    assert [answer[1]["X-Rate-Limit-Remaining"] for answer in first] == ["4", "3", "2", "1", "0"]
    assert (status, headers["X-Rate-Limit-Retry-After-Seconds"]) == (429, "40")
    assert "Quota" in text


async def test_the_third_violation_of_a_day_blocks_the_account_for_good(storm: Bench) -> None:
    for _ in range(7):
        await _get(storm.running)
    assert not storm.workspace.limits.blocked

    await _get(storm.running)
    storm.clock.elapsed += 3 * 24 * 3600

    assert (await _get(storm.running))[0] == 403


async def test_violations_of_different_days_do_not_add_up(storm: Bench) -> None:
    for _ in range(4):
        for _ in range(6):
            await _get(storm.running)
        storm.clock.elapsed += 25 * 3600

    assert (await _get(storm.running))[0] == 200


@pytest.mark.parametrize("path", [LIST, "/api/v1/diagram/filter", "/api/v1/assignee/assigneeedges/x"])
async def test_every_path_needs_its_key(storm: Bench, path: str) -> None:
    storm.workspace.tokens.clear()

    assert (await _get(storm.running, path, key="wrong"))[0] == 401


async def test_personal_diagrams_are_not_in_the_lists_of_the_team(storm: Bench) -> None:
    mine = next(iter(storm.workspace.diagrams.values()))
    mine.personal = True

    for path in (LIST, "/api/v1/diagram/filter?view=TEAM"):
        assert mine.id not in (await _get(storm.running, path))[2]
    assert mine.id in (await _get(storm.running, "/api/v1/diagram/filter?view=PERSONAL"))[2]


async def test_faults_are_set_from_outside_too(storm: Bench) -> None:
    async with aiohttp.ClientSession(storm.running.url) as session:
        await session.post("/_sandbox/faults", json={"kind": "bad_gateway", "path": "get-diagram-list", "times": 2})
        answer = await _get(storm.running)
        await session.delete("/_sandbox/faults")
        after = await _get(storm.running)
        async with session.get("/_sandbox/state") as told:
            state = await told.json()

    assert (answer[0], after[0]) == (502, 200)
    assert storm.workspace.faults.fired == [FaultKind.BAD_GATEWAY]
    assert len(state["requests"]) == 2
    assert state["blocked"] is False
