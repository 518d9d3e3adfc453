"""The HTTP call: only allowed hosts, templates and secrets, and what is known when a host does not answer as wished."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variables
from exchanger.systems.python.web import WEB, WebOptions
from tests.systems.python.calling import called


@dataclass(slots=True)
class Rest:
    """A REST service that remembers what it was asked."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    lost: bool = False
    url: str = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.method, str(request.rel_url), dict(request.headers), await request.read()))
        if self.lost:
            assert request.transport is not None
            request.transport.abort()
        if isinstance(self.body, str):
            return web.Response(text=self.body, status=self.status, headers=self.headers)
        return web.json_response(self.body, status=self.status, headers=self.headers)


@asynccontextmanager
async def rest(state: Rest) -> AsyncIterator[Rest]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", state.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        state.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield state
    finally:
        await runner.cleanup()


async def call(state: Rest, given: Mapping[str, PlainValue], *, secrets: Mapping[str, str] | None = None) -> Variables:
    async with rest(state):
        url = state.url + str(given.get("url", "/"))
        options = WebOptions((state.url,), secrets or {}, timeout=5)
        return await called(WEB, options, "python", {**given, "url": url})


async def test_a_request_is_filled_from_the_process_and_its_answer_chosen() -> None:
    # Given a template with variables of every kind and a secret
    state = Rest(body={"order": {"id": 7, "lines": [{"sum": 1.5}]}}, status=201)
    given: dict[str, PlainValue] = {
        "url": "/clients/{{client}}/orders",
        "method": "POST",
        "query": {"q": "{{client}}"},
        "headers": {"Authorization": "Bearer {{secret:crm}}"},
        "body": {"count": "{{count}}", "title": "Заказ {{ doc.number }}", "doc": "{{doc}}", "fixed": 1},
        "result": {"order_id": "order.id", "first": "order.lines.0.sum"},
        "client": "a/b ?c",
        "count": 3,
        "doc": {"number": "№5"},
    }
    # When it is made
    variables = await call(state, given, secrets={"crm": "s3cret"})
    # Then the host got it with types and escaping, and the process gets what it asked for
    method, url, headers, body = state.asked[0]
    assert (method, url) == ("POST", "/clients/a%2Fb%20%3Fc/orders?q=a/b+?c")
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer s3cret", "exch:prod:default:task-1")
    assert json.loads(body) == {"count": 3, "title": "Заказ №5", "doc": {"number": "№5"}, "fixed": 1}
    assert variables == {"http_status": typed(201), "order_id": typed(7), "first": typed(1.5)}


async def test_without_a_choice_the_whole_body_comes_back() -> None:
    assert await call(Rest(body=[1]), {}) == {"http_status": typed(200), "http_body": typed([1])}
    assert await call(Rest(body="ok"), {"body_text": "{{x}}", "x": 1}) == {
        "http_status": typed(200), "http_body": typed("ok"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("allowed", "url", "may"),
    [
        ("api.example.ru", "https://api.example.ru/x", True),
        ("api.example.ru", "http://api.example.ru/x", False),
        ("api.example.ru", "https://api.example.ru.evil.com/", False),
        ("api.example.ru", "https://api.example.ru@evil.com/", False),
        ("api.example.ru", "https://evil.com/?api.example.ru", False),
        ("api.example.ru", "https://api.example.ru:8443/", False),
        ("*.example.ru", "https://a.example.ru/", True),
        ("*.example.ru", "https://evilexample.ru/", False),
        ("http://127.0.0.1:80", "http://127.0.0.1:80/", True),
        ("api.example.ru", "file:///etc/passwd", False),
    ],
)
def test_only_allowed_hosts_are_asked(allowed: str, url: str, may: bool) -> None:
    assert WebOptions((allowed,)).allows(url) is may


async def test_a_variable_cannot_lead_to_another_host() -> None:
    with pytest.raises(Reject, match="EXCHANGER_HTTP_HOSTS"):
        await called(WEB, WebOptions(("api.example.ru",)), "python", {"url": "https://{{h}}/", "h": "evil.com"})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"headers": {"X": "{{secret:none}}"}}, "Тайны «none»"),
        ({"headers": {"X": "{{v}}"}, "v": "a\nb"}, "заголовке"),
        ({"url": "/{{nothing}}"}, "Переменной «nothing»"),
        ({"method": "TRACE"}, "method"),
    ],
)
async def test_a_wrong_request_is_an_incident_and_asks_nobody(given: dict[str, PlainValue], said: str) -> None:
    state = Rest()
    with pytest.raises(Reject, match=said):
        await call(state, given)
    assert not state.asked


@pytest.mark.parametrize(
    ("method", "status", "error"),
    [
        ("GET", 500, Retry),
        ("PUT", 502, Retry),
        ("POST", 500, OutcomeUnknown),
        ("POST", 408, OutcomeUnknown),
        ("POST", 503, Retry),
        ("POST", 429, Retry),
        ("POST", 422, BusinessError),
        ("GET", 302, BusinessError),
    ],
)
async def test_a_code_tells_whether_it_was_done(method: str, status: int, error: type[Exception]) -> None:
    state = Rest(status=status, headers={"Retry-After": "9", "Location": "https://evil.com/"})
    with pytest.raises(error) as caught:
        await call(state, {"method": method})
    assert len(state.asked) == 1
    if isinstance(caught.value, BusinessError):
        assert caught.value.code == f"HTTP_{status}"
    if status == 429:
        assert getattr(caught.value, "after", None) == timedelta(seconds=9)


@pytest.mark.parametrize(("method", "error"), [("GET", Retry), ("DELETE", Retry), ("POST", OutcomeUnknown)])
async def test_a_lost_answer_is_a_doubt_only_where_a_repetition_would_harm(method: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await call(Rest(lost=True), {"method": method})


async def test_a_host_that_is_away_costs_no_attempt() -> None:
    options = WebOptions(("http://127.0.0.1:1",))
    with pytest.raises(SystemPaused):
        await called(WEB, options, "python", {"url": "http://127.0.0.1:1/"})


async def test_a_field_that_the_answer_lacks_is_said_together_with_what_was_done() -> None:
    with pytest.raises(Reject, match=r"Запрос выполнен.*order\.id"):
        await call(Rest(body={}), {"method": "POST", "result": {"x": "order.id"}})
