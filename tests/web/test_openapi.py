"""The written HTTP interface is the real one: the same paths, and answers that conform whatever is asked."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from aiohttp import web
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import negative_data_rejection

from exchanger.connect import Hook, Knock, Plugin
from exchanger.connect.plugin import _no_hook
from exchanger.systems.bitrix24.hooks import hook as bitrix_hook
from exchanger.systems.openproject.webhook import SIGNATURE
from exchanger.systems.openproject.webhook import hook as openproject_hook
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.health import Health
from exchanger.telemetry.metrics import Metrics
from exchanger.web import health as health_pages
from exchanger.web import hooks as doors
from exchanger.web.site import open_site
from exchanger.wiring.registry import BUILT_IN, Registry
from tests.docs.pages import ROOT
from tests.telemetry.test_metrics import FULL

DOCUMENT = ROOT / "docs" / "reference" / "openapi.yaml"
TOKEN = "tok-1-long-enough"
SCHEMA = schemathesis.openapi.from_path(str(DOCUMENT))
FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _applications(health: Health) -> tuple[web.Application, web.Application]:
    hooks = [_believing(bitrix_hook([TOKEN]), _with_token), _believing(openproject_hook(TOKEN), _signed)]
    pages = health_pages.application(health, Metrics(lambda: FULL).text)
    return pages, doors.application(hooks, lambda _: None, SystemClock())


def _believing(hook: Hook, with_secret: Callable[[Knock], Knock]) -> Hook:
    """Every knock has the secret: what is behind it is asked too."""
    return replace(hook, read=lambda knock: hook.read(with_secret(knock)))


def _with_token(knock: Knock) -> Knock:
    return replace(knock, body=knock.body + b"&" + urlencode({"auth[application_token]": TOKEN}).encode())


def _signed(knock: Knock) -> Knock:
    signature = "sha1=" + hmac.new(TOKEN.encode(), knock.body, hashlib.sha1).hexdigest()
    return replace(knock, headers={SIGNATURE: signature})


@dataclass(frozen=True, slots=True)
class Sites:
    """Both applications on ports of the loopback."""

    pages: str
    doors: str
    health: Health


@pytest.fixture(scope="module")
def sites() -> Iterator[Sites]:
    """The applications in a thread of their own: schemathesis asks by a synchronous client."""
    health = Health()
    opened: list[str] = []
    started, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            opened.extend([await stack.enter_async_context(open_site(app, 0)) for app in _applications(health)])
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    try:
        assert started.wait(30)
        yield Sites(opened[0], opened[1], health)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        loop.close()


def test_the_document_names_every_path_of_the_applications_and_no_other() -> None:
    real = {
        (path, route.method)
        for app in _applications(Health())
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
        for path in _paths(route.resource.canonical)
    }

    told = {(path, method.upper()) for path, methods in SCHEMA.raw_schema["paths"].items() for method in methods}
    assert told == real


def _paths(route: str) -> list[str]:
    """A door is written down by the system that has it."""
    plugins = [Registry.installed().load(point.name) for point in BUILT_IN]
    systems = [each.name for each in plugins if isinstance(each, Plugin) and each.hook is not _no_hook]
    return [route.format(system=name) for name in systems] if "{system}" in route else [route]


@SCHEMA.exclude(path_regex="^/hooks").parametrize()
@FEW
@pytest.mark.parametrize("up", [True, False], ids=["ready", "not ready"])
def test_a_page_answers_whatever_is_asked_as_written(case: schemathesis.Case[Any], sites: Sites, up: bool) -> None:
    part = sites.health.part("движок")
    if up:
        part.up(now=datetime.now(UTC))
    else:
        part.down("нет связи", now=datetime.now(UTC))

    # «Not ready» is said by 503: the document allows it there and nowhere else.
    silent: list[CheckFunction] = [] if up or case.path != "/health/ready" else [not_a_server_error]
    case.call_and_validate(base_url=sites.pages, excluded_checks=silent)


@SCHEMA.include(path_regex="^/hooks").parametrize()
@FEW
def test_a_door_answers_whatever_is_sent_as_written(case: schemathesis.Case[Any], sites: Sites) -> None:
    # With the secret nothing but the object's number is looked at: a field of a wrong form is no fault of the sender.
    case.call_and_validate(base_url=sites.doors, excluded_checks=[negative_data_rejection])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
EVENTS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "action": st.text(max_size=10),
        "work_package": JSON | st.fixed_dictionaries({"id": JSON}),
        "activity": st.fixed_dictionaries({"_links": JSON | st.fixed_dictionaries({"workPackage": JSON})}),
        "attachment": st.fixed_dictionaries({"_links": st.fixed_dictionaries({"container": JSON})}),
    },
)


@FEW
@given(event=EVENTS)
def test_a_signed_event_of_any_content_is_read_or_refused(event: Any) -> None:
    _read_or_refused(openproject_hook(TOKEN), _signed(Knock(json.dumps(event).encode())))


@FEW
@given(fields=st.dictionaries(st.text(max_size=20), st.text(max_size=20), max_size=5), event=st.text(max_size=20))
def test_a_notice_with_the_token_of_any_content_is_read_or_refused(fields: dict[str, str], event: str) -> None:
    body = urlencode(fields | {"event": event}, errors="replace").encode()

    _read_or_refused(bitrix_hook([TOKEN]), _with_token(Knock(body)))


def _read_or_refused(hook: Hook, knock: Knock) -> None:
    with suppress(ValueError):
        objects = hook.read(knock)  # `Forged` is not expected: the secret is ours
        assert all(number.isdigit() for number in objects)
    again: Callable[[Knock], bool] = hook.again
    assert again(knock) in {True, False}
