"""The content of a file: the page of somebody between us and the engine never passes for it."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.domain.task import ExternalTask
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from tests.engine.world import RealClock

TASK = ExternalTask("task-1", "a", "instance-1", "p:1:x", "p", "a", execution_id="execution-1")
VARIABLE = {"type": "File", "value": None, "valueInfo": {"filename": "a.pdf", "mimeType": "Application/PDF"}}


async def _read(page: web.Response, *, most: int = 100) -> bytes | None:
    async def variable(_: web.Request) -> web.Response:
        return web.json_response(VARIABLE)

    async def data(_: web.Request) -> web.Response:
        return page

    app = web.Application()
    own = "/engine-rest/execution/execution-1/localVariables/file"
    app.add_routes([web.get(own, variable), web.get(f"{own}/data", data)])
    async with TestServer(app) as server:
        settings = EngineConnection(str(server.make_url("/engine-rest")), "worker")
        async with RestEngine(settings, RealClock()) as engine:
            return await engine.file(TASK, "file", most=most)


async def test_the_content_comes_as_the_type_that_the_variable_has() -> None:
    assert await _read(web.Response(body=b"%PDF", content_type="application/pdf")) == b"%PDF"


async def test_a_file_over_the_limit_is_refused_and_one_that_just_fits_is_not() -> None:
    def page() -> web.Response:
        return web.Response(body=b"x" * 200_000, content_type="application/pdf")

    assert len(await _read(page(), most=200_000) or b"") == 200_000
    with pytest.raises(Reject, match="больше 199999"):
        await _read(page(), most=199_999)


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (web.Response(text="<html>sign in</html>", content_type="text/html"), Retry),
        (web.Response(status=502, text="<html>bad gateway</html>", content_type="text/html"), Retry),
        (web.Response(status=403, text="no"), SystemPaused),
    ],
    ids=["sign-in", "gateway", "forbidden"],
)
async def test_the_page_of_a_proxy_is_no_content(page: web.Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        await _read(page)
