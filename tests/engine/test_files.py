"""The content of a file: the page of somebody between us and the engine never passes for it."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.domain.task import ExternalTask
from exchanger.engine import files
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from tests.engine.world import RealClock

TASK = ExternalTask("task-1", "a", "instance-1", "p:1:x", "p", "a", execution_id="execution-1")
RAW_TASK = {
    "id": "task-1",
    "topicName": "a",
    "processInstanceId": "instance-1",
    "processDefinitionId": "p:1:x",
    "processDefinitionKey": "p",
    "activityId": "a",
}
VARIABLE = {
    "id": "variable-1",
    "name": "file",
    "executionId": "execution-1",
    "type": "File",
    "value": None,
    "valueInfo": {"filename": "a.pdf", "mimeType": "Application/PDF"},
}


async def _read(page: web.Response, *, most: int = 100, namesakes: int = 1) -> bytes | None:
    async def variables(_: web.Request) -> web.Response:
        return web.json_response([VARIABLE] * namesakes)

    async def task(_: web.Request) -> web.Response:
        return web.json_response(RAW_TASK)

    async def data(_: web.Request) -> web.Response:
        return page

    app = web.Application()
    root = "/engine-rest"
    app.add_routes(
        [
            web.get(f"{root}/variable-instance", variables),
            web.get(f"{root}/variable-instance/variable-1/data", data),
            web.get(f"{root}/external-task/task-1", task),
        ]
    )
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
        (web.json_response({"type": "IllegalArgumentException", "message": "x"}, status=503), Retry),
        (web.json_response({"type": "CannotCreateTransactionException", "message": "x"}, status=500), Retry),
    ],
    ids=["sign-in", "gateway", "forbidden", "not the engine's failure", "no database"],
)
async def test_the_page_of_a_proxy_is_no_content(page: web.Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        await _read(page)


async def test_a_type_that_the_engine_cannot_serve_is_refused_for_good() -> None:
    page = web.json_response(
        {"type": "IllegalArgumentException", "message": "Error parsing media type 'pdf'", "code": None}, status=500
    )
    with pytest.raises(Reject, match=r"тип «Application/PDF».*application/pdf"):
        await _read(page)


async def test_too_many_variables_of_the_name_are_refused_rather_than_half_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "_NAMESAKES", 2)
    with pytest.raises(Reject, match="2 или больше"):
        await _read(web.Response(body=b"%PDF", content_type="application/pdf"), namesakes=2)
