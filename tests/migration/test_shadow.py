"""Shadow beside the running predecessor: it shows the differences by field, and writes nothing anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.proxy import HttpFaultProxy
from tests.migration.stage import Stage, open_stage

pytestmark = pytest.mark.e2e

READS = (".get", ".list", ".getlist", ".current")
READS_WITHOUT_VERB = {"batch", "profile", "scope", "methods"}
ENGINE_QUERIES = {("POST", "/engine-rest/external-task")}


@pytest.fixture
async def stage(camunda: EngineProcess, vhost: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(camunda.url, vhost, tmp_path / "house") as stage:
        yield stage


async def _calls(stage: Stage) -> Counter[str]:
    async with stage.http.get(f"{stage.world.sources.portal}/__admin/calls") as response:
        return Counter((await response.json())["calls"])


def _reads(method: str) -> bool:
    return method in READS_WITHOUT_VERB or method.lower().endswith(READS)


async def test_differences_are_shown_by_field_and_nothing_is_written_anywhere(stage: Stage) -> None:
    # Given two tasks of the running predecessor: a person has renamed one of them
    await stage.receipted("same")
    await stage.receipted("renamed")
    await stage.fetched("not-made-yet")
    async with stage.http.post(
        f"{stage.old.webhook}tasks.task.update",
        json={"taskId": stage.objects["renamed"], "fields": {"TITLE": "Иначе", "PRIORITY": 2}},
    ) as response:
        assert response.status == 200
    before, queues, tasks = await _calls(stage), await depths_of(stage), [await stage.task(one) for one in stage.tasks]
    # When they are compared, all our requests seen by a proxy
    async with HttpFaultProxy(stage.world.sources.engine) as proxy:
        stage.configure(CAMUNDA_BASE_URL=proxy.url_for(stage.world.sources.engine))
        said = await stage.said("shadow", code=1)
        asked = set(proxy.counters())
    # Then the differences are named with both values
    renamed = said[stage.tasks["renamed"]]["differences"]
    assert renamed["TITLE"] == {"ours": "Согласовать", "theirs": "Иначе"}
    assert "PRIORITY" in renamed
    same = said[stage.tasks["same"]]
    assert "TITLE" not in same["differences"]
    assert same["fields"]["TITLE"] == {"ours": "Согласовать", "theirs": "Согласовать"}
    unmade = said[stage.tasks["not-made-yet"]]
    assert unmade["not_compared"]
    assert unmade["fields"]["TITLE"] == {"ours": "Согласовать", "theirs": None}
    assert said["summary"]["summary"]["tasks"] == 3
    # And only readings were asked of anybody
    assert {(verb, path) for verb, path in asked if verb != "GET"} <= ENGINE_QUERIES
    assert [method for method in await _calls(stage) - before if not _reads(method)] == []
    assert await depths_of(stage) == queues
    assert [await stage.task(one) for one in stage.tasks] == tasks


async def depths_of(stage: Stage) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for name in ("bitrix24.queue", "bitrix24.sent.queue", "camunda.responses.queue", "errors.camunda_tasks.queue"):
        queue = await stage.old.channel.declare_queue(name, passive=True)
        found[name] = queue.declaration_result.message_count
    return found
