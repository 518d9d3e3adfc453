"""The door for the systems' notices: believed only with the secret, answered at once, and never more than a hint."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession

from exchanger.connect import Forged, Knock
from exchanger.connect.hooks import MOST_BYTES
from exchanger.domain.event import Event, EventKind
from exchanger.sandbox.bitrix24 import default_portal, standin
from exchanger.sandbox.bitrix24.faults import EventFaults
from exchanger.sandbox.bitrix24.model import Subscription
from exchanger.sandbox.bitrix24.person import Person
from exchanger.sandbox.bitrix24.portal import EventName
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK
from exchanger.settings import load_settings
from exchanger.systems.bitrix24.hooks import hook
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from exchanger.web.hooks import application
from exchanger.web.site import open_site
from exchanger.wiring import hooks_of

TOKEN, NEXT = "tok-1-long-enough", "tok-2-long-enough"


@dataclass
class Door:
    url: str
    client: ClientSession
    heard: list[Event] = field(default_factory=list)

    async def post(self, body: Any, path: str = "/hooks/bitrix24") -> int:
        async with self.client.post(self.url + path, data=body) as response:
            assert await response.text() in {"", "413: Request Entity Too Large"} or response.status >= 400
            return response.status

    @property
    def objects(self) -> list[Any]:
        assert all(event.kind is EventKind.HINT and event.system == "bitrix24" for event in self.heard)
        return [event.fields["object"] for event in self.heard]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    heard: list[Event] = []
    app = application([hook([TOKEN, NEXT])], heard.append, SystemClock())
    async with open_site(app, 0) as url, ClientSession() as client:
        yield Door(url, client, heard)


def notice(event: str = "ONTASKUPDATE", token: str = TOKEN, **fields: str) -> dict[str, str]:
    told = {f"data[{name}]": value for name, value in fields.items()}
    before_and_after = {"data[FIELDS_BEFORE][ID]": "7", "data[FIELDS_AFTER][ID]": "7"}
    return {"event": event, "auth[application_token]": token} | (told or before_and_after)


def knock(fields: dict[str, str]) -> Knock:
    return Knock(urlencode(fields).encode())


async def test_a_notice_with_the_secret_becomes_a_hint(door: Door) -> None:
    assert await door.post(notice()) == 200
    assert door.objects == ["7"]


async def test_while_the_secret_is_changed_both_are_known(door: Door) -> None:
    assert [await door.post(notice(token=token)) for token in (TOKEN, NEXT)] == [200, 200]


@pytest.mark.parametrize("token", ["", "tok-1", TOKEN + "x", "чужой"])
async def test_a_forged_notice_changes_nothing(door: Door, token: str) -> None:
    assert await door.post(notice(token=token)) == 403
    assert door.heard == []


async def test_a_notice_without_a_token_is_not_let_in_by_an_empty_setting() -> None:
    heard: list[Event] = []
    app = application([hook([""])], heard.append, SystemClock())
    async with open_site(app, 0) as url, ClientSession() as client:
        assert await Door(url, client, heard).post(notice(token="")) == 403
    assert heard == []


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe", b"a=1&" * 300, {"event": "ONTASKUPDATE", "auth[application_token]": TOKEN}],
    ids=["not text", "too many fields", "no task"],
)
async def test_what_is_not_a_notice_of_a_task_wakes_nobody(door: Door, body: Any) -> None:
    assert await door.post(body) in {200, 400, 403}
    assert door.heard == []


async def test_a_body_without_end_is_cut(door: Door) -> None:
    assert await door.post(b"a=" + b"x" * MOST_BYTES) == 413
    assert door.heard == []


async def test_a_body_that_is_not_what_its_headers_say_is_no_error_of_ours(door: Door) -> None:
    async with door.client.post(
        f"{door.url}/hooks/bitrix24", data=b"not packed", headers={"Content-Encoding": "gzip"}
    ) as answer:
        assert answer.status == 400
    assert door.heard == []


async def test_a_system_without_a_door_is_not_found(door: Door) -> None:
    assert await door.post(notice(), "/hooks/openproject") == 404


async def test_values_in_a_notice_are_not_believed(door: Door) -> None:
    await door.post(notice() | {"data[FIELDS_AFTER][STATUS]": "5"})
    assert [dict(event.fields) for event in door.heard] == [{"object": "7"}]


@pytest.mark.parametrize(
    ("event", "fields", "expected"),
    [
        ("ONTASKADD", {"FIELDS_BEFORE": "undefined", "FIELDS_AFTER][ID": "8"}, ["8"]),
        ("ONTASKDELETE", {"FIELDS_BEFORE][ID": "9", "FIELDS_AFTER": "undefined"}, ["9"]),
        ("ONTASKCOMMENTADD", {"FIELDS_AFTER][ID": "0", "FIELDS_AFTER][TASK_ID": "10"}, ["10"]),
        ("ONCRMDEALADD", {"FIELDS_AFTER][ID": "11"}, []),
        ("ONTASKUPDATE", {"FIELDS_AFTER][ID": "-1"}, []),
        ("ONTASKUPDATE", {"FIELDS_AFTER][ID": "1 OR 1=1"}, []),
    ],
)
async def test_each_kind_of_event_names_its_task(
    door: Door, event: str, fields: dict[str, str], expected: list[str]
) -> None:
    assert await door.post(notice(event, **fields)) == 200
    assert door.objects == expected
    assert all(seen.fields.get("again", False) is (event == "ONTASKDELETE") for seen in door.heard)


async def test_a_portal_that_doubles_reorders_and_is_imitated_gives_hints_of_its_own_tasks_only(door: Door) -> None:
    portal = default_portal()
    portal.faults.events = EventFaults(duplicated=0.5, forged=0.5, reordered=0.3)
    names = frozenset(name.value for name in EventName)
    portal.subscriptions.append(Subscription(f"{door.url}/hooks/bitrix24", TOKEN, names))
    async with standin(portal):
        person = Person(portal, portal.user(ADMIN))
        made = [person.create({"TITLE": str(n), "RESPONSIBLE_ID": CLERK}) for n in range(5)]
        person.delete(made[0].id)

        async def all_heard() -> bool:
            await asyncio.sleep(0)
            return {str(task.id) for task in made} <= set(door.objects)

        await eventually(all_heard)
    assert set(door.objects) == {str(task.id) for task in made}


@pytest.mark.parametrize(("told", "status"), [("ours", 200), ("copy", 403), ("", 403), (None, 403)])
async def test_a_copy_of_the_portal_has_the_token_but_not_the_member_id(told: str | None, status: int) -> None:
    heard: list[Event] = []
    app = application([hook([TOKEN], "ours")], heard.append, SystemClock())
    async with open_site(app, 0) as url, ClientSession() as client:
        member = {} if told is None else {"auth[member_id]": told}
        assert await Door(url, client, heard).post(notice() | member) == status
    assert len(heard) == (status == 200)


def test_the_member_id_of_the_settings_guards_the_door(tmp_path: Path) -> None:
    given = {"BITRIX_APPLICATION_TOKEN": TOKEN, "BITRIX_MEMBER_ID": " ours "}
    engine = {"CAMUNDA_BASE_URL": "https://engine.example/engine-rest", "CAMUNDA_AUTH_ENABLED": "false"}
    [door] = hooks_of(load_settings(engine | given, tmp_path))
    assert door.read(knock(notice() | {"auth[member_id]": "ours"})) == ["7"]
    with pytest.raises(Forged):
        door.read(knock(notice() | {"auth[member_id]": "copy"}))


@pytest.mark.parametrize(
    ("given", "doors"),
    [
        ({}, []),
        ({"BITRIX_APPLICATION_TOKEN": f"{TOKEN}, {NEXT}"}, ["bitrix24"]),
        ({"BITRIX_APPLICATION_TOKEN": " , "}, []),
        ({"BITRIX_APPLICATION_TOKEN": TOKEN, "EXCHANGER_SYSTEMS": "openproject"}, []),
    ],
)
def test_a_door_is_there_only_for_a_served_system_with_a_secret(
    tmp_path: Path, given: dict[str, str], doors: list[str]
) -> None:
    engine = {"CAMUNDA_BASE_URL": "https://engine.example/engine-rest", "CAMUNDA_AUTH_ENABLED": "false"}
    settings = load_settings(engine | given, tmp_path)
    assert [each.system for each in hooks_of(settings)] == doors
    for each in hooks_of(settings):
        assert each.read(knock(notice(token=NEXT))) == ["7"]
