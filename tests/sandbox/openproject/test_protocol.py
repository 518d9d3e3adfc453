"""Sign-in, headers, error bodies: as the Ruby code does it."""

from __future__ import annotations

import base64

import pytest
from aiohttp import ClientConnectionError

from exchanger.sandbox.openproject import Fault, FaultKind, Instance
from exchanger.sandbox.openproject.seed import CLIENT_ID, CLIENT_SECRET, TOKEN
from tests.sandbox.openproject.client import Client
from tests.sandbox.openproject.conftest import ManualClock

BEARER = {"Authorization": f"Bearer {TOKEN}"}


def basic(name: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (BEARER, 200),
        (basic("apikey", TOKEN), 200),
        (basic("admin", TOKEN), 401),
        (basic("apikey", "wrong"), 401),
        ({"Authorization": "Basic !"}, 401),
        ({}, 401),
    ],
)
async def test_who_is_let_in(client: Client, headers: dict[str, str], status: int) -> None:
    assert (await client.send("GET", "/statuses", headers=headers))[0] == status


async def test_a_stranger_is_told_so_in_the_language_of_the_api(client: Client) -> None:
    _, body = await client.send("GET", "/statuses", headers={})
    assert body["errorIdentifier"] == "urn:openproject-org:api:v3:errors:Unauthenticated"


async def test_an_app_gets_a_token_that_expires(client: Client, clock: ManualClock) -> None:
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    async with client.session.post(f"{client.running.url}/oauth/token", data=form) as answer:
        body = await answer.json()
    assert (answer.status, body["expires_in"], body["token_type"]) == (200, 7200, "Bearer")
    named = {"Authorization": f"Bearer {body['access_token']}"}
    assert (await client.send("GET", "/statuses", headers=named))[0] == 200
    clock.advance(7201)
    assert (await client.send("GET", "/statuses", headers=named))[0] == 401


@pytest.mark.parametrize(
    ("form", "status"),
    [({"grant_type": "password"}, 400), ({"grant_type": "client_credentials", "client_id": CLIENT_ID}, 401)],
)
async def test_a_wrong_app_gets_none(client: Client, form: dict[str, str], status: int) -> None:
    async with client.session.post(f"{client.running.url}/oauth/token", data=form) as answer:
        assert answer.status == status


async def test_a_writing_request_must_name_its_content_type(client: Client) -> None:
    url = f"{client.running.url}/api/v3/work_packages/form"
    async with client.session.post(url, headers=BEARER, skip_auto_headers=("Content-Type",)) as answer:
        assert (answer.status, await answer.text()) == (406, "Missing content-type header")
    named = BEARER | {"Content-Type": "text/plain"}
    async with client.session.post(url, headers=named, data=b"{}") as answer:
        assert answer.status == 415


async def test_a_body_that_is_no_object_is_refused(client: Client) -> None:
    assert await client.error("POST", "/work_packages", [1]) == (400, "InvalidRequestBody", "")


async def test_an_unknown_path_is_not_found_in_the_language_of_the_api(client: Client) -> None:
    assert await client.error("GET", "/nothing") == (404, "NotFound", "")


async def test_the_reset_of_the_limit_is_a_moment(client: Client, instance: Instance, clock: ManualClock) -> None:
    instance.faults.add(Fault(FaultKind.TOO_MANY, delay=10))
    async with client.session.get(f"{client.running.url}/api/v3", headers=BEARER) as answer:
        assert answer.status == 429
        assert int(answer.headers["RateLimit-Reset"]) == int(clock().timestamp()) + 10
        assert "Retry-After" not in answer.headers


async def test_forms_are_limited_only_where_the_administrator_wished_it(
    client: Client, instance: Instance, clock: ManualClock
) -> None:
    body = {"_links": {"project": {"href": "/api/v3/projects/1"}}}
    assert {(await client.send("POST", "/work_packages/form", body))[0] for _ in range(10)} == {200}
    instance.config.rate_limited = True
    codes = [(await client.send("POST", "/work_packages/form", body))[0] for _ in range(7)]
    assert codes == [200] * 6 + [429]
    clock.advance(3)
    assert (await client.send("POST", "/work_packages/form", body))[0] == 200


@pytest.mark.parametrize(("kind", "made"), [(FaultKind.COMMIT_THEN_DROP, 1), (FaultKind.DROP_BEFORE_COMMIT, 0)])
async def test_a_dropped_connection_says_nothing_of_what_was_done(
    client: Client, instance: Instance, kind: FaultKind, made: int
) -> None:
    instance.faults.add(Fault(kind, "POST"))
    with pytest.raises(ClientConnectionError):
        await client.add()
    assert len(instance.work_packages) == made


@pytest.mark.parametrize(
    ("kind", "status", "made"),
    [
        (FaultKind.ERROR_500_BEFORE, 500, 0),
        (FaultKind.ERROR_500_AFTER, 500, 1),
        (FaultKind.BAD_GATEWAY, 502, 0),
        (FaultKind.BAD_GATEWAY_AFTER, 502, 1),
        (FaultKind.CONFLICT, 409, 0),
        (FaultKind.EXPIRED_TOKEN, 401, 0),
        (FaultKind.SLOW_COMMIT, 201, 1),
    ],
)
async def test_a_fault_is_what_it_is_called(
    client: Client, instance: Instance, kind: FaultKind, status: int, made: int
) -> None:
    instance.faults.add(Fault(kind, "POST", delay=0.05))
    body = {"subject": "Дело", "_links": {"project": {"href": "/api/v3/projects/1"}}}
    assert (await client.send("POST", "/work_packages", body))[0] == status
    assert len(instance.work_packages) == made
    assert instance.faults.fired == [kind]
