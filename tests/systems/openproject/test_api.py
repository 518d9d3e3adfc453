"""The client: sign-in, pace, what each refusal means, secrecy."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from exchanger.connect import Answer, Intent
from exchanger.domain.errors import (
    BusinessError,
    ConfigError,
    ExchangerError,
    OutcomeUnknown,
    Reject,
    Retry,
    SystemPaused,
)
from exchanger.sandbox.openproject import Fault, FaultKind
from exchanger.sandbox.openproject.errors import ApiError, ManyErrors, invalid
from exchanger.sandbox.openproject.seed import CLIENT_ID, CLIENT_SECRET, TOKEN
from exchanger.systems.openproject.answers import Fault as Refusal
from exchanger.systems.openproject.answers import read_answer
from exchanger.systems.openproject.errors import query_error, refused_creation, to_error
from exchanger.systems.openproject.settings import ApiKey, OAuthClient, OpenProjectOptions, Site
from exchanger.testing.proxy import FaultKind as Broken
from exchanger.testing.proxy import HttpFault, json_answer, on
from tests.systems.openproject.world import OpenProjectWorld, open_world, order

APP = OAuthClient(CLIENT_ID, CLIENT_SECRET)


def refusal(error: ApiError, status: int | None = None) -> Refusal:
    read = read_answer(Answer(status or error.status, {}, json.dumps(error.body()).encode()))
    assert isinstance(read, Refusal)
    return read


@pytest.mark.parametrize(
    ("error", "creating", "reading"),
    [
        (invalid("subject", "Subject can't be blank."), BusinessError, SystemPaused),
        (ManyErrors([invalid("a", "x"), invalid("b", "y")]), BusinessError, SystemPaused),
        (ApiError(400, "InvalidRequestBody", "?"), Reject, SystemPaused),
        (ApiError(403, "MissingPermission", "?"), Reject, SystemPaused),
        (ApiError(404, "NotFound", "?"), Reject, SystemPaused),
        (ApiError(409, "UpdateConflict", "?"), Retry, Retry),
        (ApiError(401, "Unauthenticated", "?"), SystemPaused, SystemPaused),
        (ApiError(429, "TooManyRequests", "?"), Retry, Retry),
        (ApiError(500, "InternalServerError", "?"), OutcomeUnknown, Retry),
    ],
)
def test_a_refusal_means_what_its_identifier_says_whatever_its_words(
    error: ApiError, creating: type[ExchangerError], reading: type[ExchangerError]
) -> None:
    error.message = "Не судите по словам: они переведены"
    assert type(refused_creation(refusal(error), "POST")) is creating
    assert type(query_error(refusal(error), "GET")) is reading


@pytest.mark.parametrize(
    ("status", "creating", "reading"),
    [
        (200, OutcomeUnknown, SystemPaused),  # a sign-in page: somebody stands between us
        (302, SystemPaused, SystemPaused),
        (401, SystemPaused, SystemPaused),
        (404, SystemPaused, SystemPaused),
        (406, Reject, Reject),
        (408, OutcomeUnknown, Retry),
        (429, Retry, Retry),
        (500, OutcomeUnknown, Retry),
        (502, OutcomeUnknown, SystemPaused),
        (503, OutcomeUnknown, SystemPaused),
    ],
)
def test_a_page_instead_of_an_answer_is_judged_by_its_code(
    status: int, creating: type[ExchangerError], reading: type[ExchangerError]
) -> None:
    read = read_answer(Answer(status, {}, b"<html>?</html>"))
    assert isinstance(read, Refusal)
    assert type(refused_creation(read, "POST")) is creating
    assert type(to_error(read, "GET", Intent.READ)) is reading


def test_every_attribute_of_several_mistakes_is_named() -> None:
    read = refusal(ManyErrors([invalid("subject", "x"), invalid("dueDate", "y")]))
    assert read.attributes == ("subject", "dueDate")
    assert "subject, dueDate" in str(refused_creation(read, "POST"))


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"RateLimit-Reset": "1772442010", "Date": "Mon, 02 Mar 2026 09:00:00 GMT"}, timedelta(seconds=10)),
        ({"RateLimit-Reset": "1772442010", "Retry-After": "3"}, timedelta(seconds=3)),
        ({"RateLimit-Reset": "1772442010"}, None),
        ({"RateLimit-Reset": "soon", "Date": "once"}, None),
    ],
)
def test_the_reset_is_a_moment_and_not_a_number_of_seconds(headers: dict[str, str], after: timedelta | None) -> None:
    read = read_answer(Answer(429, headers, b"{}"))
    assert isinstance(read, Refusal)
    assert read.after == after


async def test_a_throttled_request_waits_for_the_reset_and_is_repeated(world: OpenProjectWorld) -> None:
    params = world.work.prepare(order())
    world.instance.faults.add(Fault(FaultKind.TOO_MANY, "POST", r"/work_packages$", delay=12))
    await world.work.create(world.key("task-1"), params)
    assert len(world.instance.work_packages) == 1
    assert 10 < sum(world.clock.slept) < 14


async def test_a_long_ban_is_not_waited_out_in_place(world: OpenProjectWorld) -> None:
    world.instance.faults.add(Fault(FaultKind.TOO_MANY, times=None, delay=1800))
    with pytest.raises(Retry) as banned:
        await world.work.find([world.key("task-1")])
    assert banned.value.after is not None
    assert banned.value.after > timedelta(minutes=29)
    assert world.proxy.count() == 1


async def test_a_wrong_key_is_tried_once_since_openproject_bans_addresses() -> None:
    async with open_world(login=ApiKey("opapi-wrong")) as world:
        with pytest.raises(SystemPaused, match="Unauthenticated"):
            await world.work.find([world.key("task-1")])
        assert world.proxy.count() == 1


async def test_a_token_is_asked_for_once_and_renewed_before_it_expires() -> None:
    async with open_world(login=APP) as world:
        await world.make("task-1")
        await world.make("task-2")
        assert world.instance.requests["POST /oauth/token"] == 1
        world.clock.jump(7200 - 30)
        await world.make("task-3")
        assert world.instance.requests["POST /oauth/token"] == 2


async def test_a_token_withdrawn_early_is_renewed_once() -> None:
    async with open_world(login=APP) as world:
        await world.make("task-1")
        world.instance.granted.clear()
        await world.make("task-2")
        assert world.instance.requests["POST /oauth/token"] == 2
        world.instance.faults.add(Fault(FaultKind.EXPIRED_TOKEN, times=None))
        with pytest.raises(SystemPaused):
            await world.work.find([world.key("task-1")])
        assert world.instance.requests["POST /oauth/token"] == 3


@pytest.mark.parametrize("user", [None, "wrong"])
async def test_an_app_that_is_refused_or_acts_as_nobody_pauses_the_system(user: str | None) -> None:
    login = APP if user is None else OAuthClient(CLIENT_ID, user)
    async with open_world(login=login) as world:
        world.instance.apps[0].user = None
        with pytest.raises(SystemPaused) as paused:
            await world.work.find([world.key("task-1")])
        assert "привязан" in paused.value.remedy


@pytest.mark.parametrize(
    ("url", "base", "href"),
    [
        ("https://op.example/", "https://op.example", "/api/v3/users/1"),
        ("https://op.example/api/v3", "https://op.example", "/api/v3/users/1"),
        ("https://x.example/tasks/", "https://x.example/tasks", "/tasks/api/v3/users/1"),
    ],
)
def test_the_address_may_be_that_of_the_api_or_lie_under_a_path(url: str, base: str, href: str) -> None:
    site = Site.parse(url)
    assert (site.base, site.href("users", "1")) == (base, href)


@pytest.mark.parametrize("url", ["", "op.example", "ftp://op.example"])
def test_a_wrong_address_is_a_fault_of_the_settings(url: str) -> None:
    with pytest.raises(ConfigError, match="OPENPROJECT_API_URL"):
        Site.parse(url)


def test_no_secret_is_printed_with_the_options() -> None:
    given: dict[str, Any] = {"url": "https://op.example", "projects": ("main",)}
    assert TOKEN not in repr(OpenProjectOptions(login=ApiKey(TOKEN), **given))
    assert CLIENT_SECRET not in repr(OpenProjectOptions(login=APP, **given))


async def test_an_answer_without_a_number_is_an_unknown_outcome(world: OpenProjectWorld) -> None:
    params = world.work.prepare(order())
    fault = HttpFault(Broken.ANSWER_AFTER, on("POST", r"/work_packages$"), answer=json_answer(201, {}))
    world.proxy.arm(fault)
    with pytest.raises(OutcomeUnknown):
        await world.work.create(world.key("task-1"), params)
