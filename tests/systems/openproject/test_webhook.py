"""An event is believed only when signed over the raw body, and never more than a hint of its package."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import ClientSession

from exchanger.domain.event import Event, EventKind
from exchanger.sandbox.openproject.webhooks import Webhooks, sign
from exchanger.settings import load_settings
from exchanger.systems.openproject.webhook import SIGNATURE, genuine, hook
from exchanger.telemetry.clock import SystemClock
from exchanger.web.hooks import application
from exchanger.web.site import open_site
from exchanger.wiring import hooks_of
from tests.systems.openproject.world import OpenProjectWorld

SECRET = "the-secret-of-the-webhook"
BODY = '{"action":"work_package:updated","work_package":{"subject":"Договор"}}'.encode()


def test_a_body_signed_with_our_secret_is_genuine() -> None:
    assert genuine(BODY, sign("secret", BODY), "secret")
    assert (
        sign("key", b"The quick brown fox jumps over the lazy dog") == "sha1=de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9"
    )


@pytest.mark.parametrize(
    "signature",
    [None, "", "sha1=", sign("other", BODY), sign("secret", BODY + b" "), sign("secret", BODY)[5:], "sha1=подпись"],
)
def test_anything_else_is_not(signature: str | None) -> None:
    assert not genuine(BODY, signature, "secret")


def test_without_a_secret_nothing_is_believed() -> None:
    assert not genuine(BODY, sign("", BODY), "")


@dataclass
class Door:
    url: str
    client: ClientSession
    heard: list[Event] = field(default_factory=list)

    async def post(self, body: bytes, signature: str | None = None) -> int:
        headers = {} if signature is None else {SIGNATURE: signature}
        async with self.client.post(self.url, data=body, headers=headers) as response:
            return response.status

    async def signed(self, body: bytes) -> int:
        return await self.post(body, sign(SECRET, body))

    @property
    def objects(self) -> list[object]:
        assert all(event.kind is EventKind.HINT and event.system == "openproject" for event in self.heard)
        return [event.fields["object"] for event in self.heard]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    heard: list[Event] = []
    app = application([hook(SECRET)], heard.append, SystemClock())
    async with open_site(app, 0) as url, ClientSession() as client:
        yield Door(f"{url}/hooks/openproject", client, heard)


async def test_what_openproject_sends_becomes_hints_of_its_packages(world: OpenProjectWorld, door: Door) -> None:
    sender = Webhooks(world.instance, door.url, SECRET)
    sender.subscribe()
    made = await world.make("task-1")
    world.person().comment(int(made.ref.id), "Делаю")
    world.clock.jump(600)

    assert await sender.deliver(door.client) == 2  # one of the robot's creation, one of the person's comment

    assert door.objects == [made.ref.id, made.ref.id]
    assert [dict(event.fields) for event in door.heard] == [{"object": made.ref.id}] * 2


async def test_an_event_of_another_secret_is_refused_at_once(world: OpenProjectWorld, door: Door) -> None:
    sender = Webhooks(world.instance, door.url, "another")
    sender.subscribe()
    await world.make("task-1")
    world.clock.jump(600)

    await sender.deliver(door.client)

    assert door.heard == []
    assert [await door.post(BODY), await door.post(BODY, sign("another", BODY))] == [403, 403]
    assert await door.post(BODY + b" ", sign(SECRET, BODY)) == 403


async def test_a_replay_says_no_more_than_the_first_time(door: Door) -> None:
    body = b'{"action":"work_package:updated","work_package":{"id":7,"status":"Closed"}}'
    assert [await door.signed(body) for _ in range(3)] == [200, 200, 200]
    assert [dict(event.fields) for event in door.heard] == [{"object": "7"}] * 3


async def test_a_huge_body_is_cut(door: Door) -> None:
    assert await door.signed(b" " * 1_048_577) == 413
    assert await door.signed(b'{"work_package":{"id":7,"description":"' + b"x" * 500_000 + b'"}}') == 200
    assert door.objects == ["7"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"\xff\xfe", 400), (b"[" * 100_000, 400), (b"action=1", 400), (b"[]", 200), (b"null", 200),
        (b'{"action":"project:created","project":{"id":3}}', 200), (b'{"work_package":[{"id":7}]}', 200),
        (b'{"work_package":{"id":"7 OR 1=1"}}', 200), (b'{"work_package":{"id":-1}}', 200),
        (b'{"attachment":{"_links":{"container":{"href":"/api/v3/meetings/7"}}}}', 200),
    ],
)  # fmt: skip
async def test_what_names_no_package_wakes_nobody(door: Door, body: bytes, status: int) -> None:
    assert await door.signed(body) == status
    assert door.heard == []


async def test_an_attachment_names_its_package(door: Door) -> None:
    assert await door.signed(b'{"attachment":{"_links":{"container":{"href":"/api/v3/work_packages/7"}}}}') == 200
    assert door.objects == ["7"]


@pytest.mark.parametrize(("secret", "doors"), [({}, []), ({"OPENPROJECT_WEBHOOK_SECRET": SECRET}, ["openproject"])])
def test_the_door_is_there_only_with_a_secret(tmp_path: Path, secret: dict[str, str], doors: list[str]) -> None:
    given = {
        "CAMUNDA_BASE_URL": "https://engine.example/engine-rest", "CAMUNDA_AUTH_ENABLED": "false",
        "EXCHANGER_SYSTEMS": "openproject", "OPENPROJECT_API_URL": "https://op.example", "OPENPROJECT_API_KEY": "k",
        "OPENPROJECT_DEFAULT_PROJECT_ID": "main",
    }  # fmt: skip
    settings = load_settings(given | secret, tmp_path)
    assert [each.system for each in hooks_of(settings)] == doors
    assert SECRET not in repr(settings)
