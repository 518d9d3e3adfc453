"""Random requests: no page breaks, and every answer is armoured."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from exchanger.web.console.guard import HEADERS
from tests.web.console.kit import PASSWORD, browsing, settings_of
from tests.web.console.said import Said

ODD = ("id", "password", "../", "%00", "\r\nX: y", "<script>", "'\"", "я" * 100)
WORDS = st.text(max_size=20) | st.sampled_from(ODD)
PATHS = st.sampled_from(["", "login", "logout", "trace", "audit", "dead-letters", "console.css", "health/live"])


@given(
    way=st.sampled_from(["get", "post", "put", "delete", "head"]),
    path=PATHS | WORDS,
    fields=st.dictionaries(WORDS, WORDS, max_size=3),
    body=st.binary(max_size=64),
    locked=st.booleans(),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_breaks_the_console_or_comes_back_unarmoured(
    tmp_path: Path, way: str, path: str, fields: dict[str, str], body: bytes, locked: bool
) -> None:
    given = settings_of(tmp_path, **({"EXCHANGER_CONSOLE_PASSWORD": PASSWORD} if locked else {}))

    async def ask() -> None:
        async with browsing(given, Said(given)) as browser:
            url = URL(browser.url).with_path("/" + path).with_query(fields)
            async with browser.client.request(way, url, data=body, allow_redirects=False) as answer:
                assert answer.status < 500
                assert HEADERS.items() <= dict(answer.headers).items()

    asyncio.run(ask())
