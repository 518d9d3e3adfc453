"""The example of `create_user` and `user_management`: one person for one address, whatever is lost on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from exchanger.connect import OpenSystem
from exchanger.connect.template_json import template
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.routing import TOPICS
from exchanger.domain.variables import PlainValue
from exchanger.ops.templates import of_modules
from exchanger.sandbox.bitrix24 import default_portal, standin
from exchanger.sandbox.bitrix24.seed import CLERK
from exchanger.systems.python import PythonOptions, open_services
from exchanger.telemetry.clock import SystemClock
from tests.connect.orders import KEY, order
from tests.examples.user_directories import API_KEY, WEBHOOK, Directories, served

EXAMPLES = Path(__file__).parents[2] / "examples"
EMAIL = "new@example.ru"
PLACES = pytest.mark.parametrize("place", ["bitrix24", "openproject"])


@pytest.fixture(autouse=True)
def installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings of an installation without access to anything."""
    monkeypatch.setenv("EXCHANGER_HOME", str(tmp_path))
    monkeypatch.setenv("EXCHANGER_SYSTEMS", "python-services")
    monkeypatch.setenv("CAMUNDA_BASE_URL", "http://127.0.0.1:9/engine-rest")
    for name in ("BITRIX_WEBHOOK_URL", "OPENPROJECT_API_URL", "OPENPROJECT_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def directories(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Directories]:
    async with served(Directories()) as running:
        monkeypatch.setenv("BITRIX_WEBHOOK_URL", f"{running.url}{WEBHOOK}/")
        monkeypatch.setenv("OPENPROJECT_API_URL", running.url)
        monkeypatch.setenv("OPENPROJECT_API_KEY", API_KEY)
        yield running


@pytest.fixture
async def services(directories: Directories) -> AsyncIterator[OpenSystem]:
    async with open_services(PythonOptions(modules=("users",), home=EXAMPLES, ready=False), SystemClock()) as opened:
        yield opened


async def call(services: OpenSystem, topic: str, place: str, **variables: PlainValue) -> dict[str, Any]:
    given = order({"userPlace": place, "userEmail": EMAIL, **variables})
    operation = services.calls[topic]
    found = await operation.run(operation.prepare(given), given, KEY)
    return {name: variable.value for name, variable in found.items()}


def test_the_example_serves_the_topics_that_have_no_system_of_their_own() -> None:
    forms = of_modules(["users"], EXAMPLES)
    assert {form.topic for form in forms} == {"create_user", "user_management"} <= TOPICS.keys()
    assert all(template(form, 1)["properties"] for form in forms)


@PLACES
async def test_a_person_is_made_once_and_known_again(
    services: OpenSystem, directories: Directories, place: str
) -> None:
    first = await call(services, "create_user", place, userName="Анна", userLastName="Новая")
    again = await call(services, "create_user", place, userEmail="NEW@example.ru")

    assert first == {"user_id": "1", "user_active": True, "user_created": True}
    assert again == first | {"user_created": False}
    assert len(directories.people) + len(directories.members) == 1


@PLACES
async def test_a_creation_whose_answer_was_lost_makes_nobody_a_second_time(
    services: OpenSystem, directories: Directories, place: str
) -> None:
    directories.cut = True
    with pytest.raises((OutcomeUnknown, Retry)):  # a REPEATABLE call: the engine brings the task again
        await call(services, "create_user", place)

    assert (await call(services, "create_user", place))["user_id"] == "1"
    assert len(directories.people) + len(directories.members) == 1


@PLACES
async def test_a_person_is_blocked_and_taken_back_and_a_repetition_is_harmless(
    services: OpenSystem, directories: Directories, place: str
) -> None:
    await call(services, "create_user", place)
    told = [
        (await call(services, "user_management", place, userAction=action))["user_active"]
        for action in ("block", "block", "find", "unblock", "unblock")
    ]
    assert told == [False, False, False, True, True]


@PLACES
async def test_nobody_is_a_business_error_without_the_address(
    services: OpenSystem, directories: Directories, place: str
) -> None:
    directories.people[7] = {"ID": "7", "ACTIVE": True, "EMAIL": f"other.{EMAIL}"}
    directories.members[7] = {"id": 7, "status": "active", "email": f"other.{EMAIL}"}
    with pytest.raises(BusinessError) as caught:
        await call(services, "user_management", place)
    assert caught.value.code == "USER_NOT_FOUND"
    assert EMAIL not in str(caught.value)


async def test_a_refusal_tells_the_code_and_not_the_address(services: OpenSystem, directories: Directories) -> None:
    with pytest.raises(BusinessError, match="ERROR_CORE") as caught:
        await call(services, "create_user", "bitrix24", userDepartments="[]")
    assert caught.value.code == "USER_REFUSED"
    assert EMAIL not in str(caught.value)
    directories.denied = True
    with pytest.raises(SystemPaused, match="insufficient_scope"):
        await call(services, "create_user", "bitrix24")


async def test_two_people_of_one_address_are_for_a_person_to_sort_out(
    services: OpenSystem, directories: Directories
) -> None:
    for number in (1, 2):
        directories.people[number] = {"ID": str(number), "ACTIVE": True, "EMAIL": EMAIL}
    with pytest.raises(BusinessError, match="1, 2"):
        await call(services, "create_user", "bitrix24")


async def test_a_place_without_access_is_an_incident_that_says_so() -> None:
    options = PythonOptions(modules=("users",), home=EXAMPLES, ready=False)
    async with open_services(options, SystemClock()) as opened:
        with pytest.raises(Reject, match="доступа нет"):
            await call(opened, "create_user", "openproject")


async def test_the_stand_in_of_bitrix24_finds_its_employee(monkeypatch: pytest.MonkeyPatch) -> None:
    portal = default_portal()
    async with standin(portal) as running:
        monkeypatch.setenv("BITRIX_WEBHOOK_URL", running.webhook_url)
        options = PythonOptions(modules=("users",), home=EXAMPLES, ready=False)
        async with open_services(options, SystemClock()) as opened:
            found = await call(opened, "user_management", "bitrix24", userEmail=portal.user(CLERK).email.upper())
    assert found == {"user_id": str(CLERK), "user_active": True}
