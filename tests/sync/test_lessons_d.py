"""D20 of the predecessor's lessons (D1-D18: tests/storm, D19: tests/storm_api): diagrams deployed past the tenant."""

import json
from datetime import timedelta

import pytest

from exchanger.sandbox.storm import body
from exchanger.storm import process_key
from exchanger.testing.proxy import HttpFaultProxy
from tests.sync.conftest import Yard, tenant_of

pytestmark = pytest.mark.engine

LEASE, WAIT = timedelta(seconds=60), timedelta(milliseconds=500)


async def test_d20_a_worker_of_the_tenant_sees_what_was_deployed_and_no_other_worker_does(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", body("Согласовать"))
    async with yard.run() as run:
        await run.run(yard.tell)
    instance = await yard.engine.admin.start(process_key(drawn.id))

    async with tenant_of(yard.running_engine_url) as stranger:
        assert await stranger.fetch(["bitrix_create_task"], limit=10, lease=LEASE, wait=WAIT) == []
    (task,) = await yard.engine.fetch(["bitrix_create_task"], limit=10, lease=LEASE, wait=WAIT)

    assert (task.task.process_instance_id, task.task.tenant_id) == (instance, yard.engine.deployments.tenant_id)


async def test_d20_the_tenant_is_in_the_deployment_itself_and_in_the_path_of_the_start(yard: Yard) -> None:
    drawn = yard.workspace.add("Договор", body("Согласовать"))
    tenant = str(yard.engine.deployments.tenant_id)
    async with HttpFaultProxy(yard.running_engine_url) as proxy:
        url = proxy.url_for(yard.running_engine_url)
        async with tenant_of(url, tenant) as engine:
            yard.engine = engine
            async with yard.run() as run:
                await run.run(yard.tell)
            await engine.admin.start(process_key(drawn.id))
        asked = [(each.method, each.path) for each in proxy.seen]

    start = f"/process-definition/key/{process_key(drawn.id)}/tenant-id/{tenant}/start"
    assert [path for method, path in asked if method == "POST" and path.endswith("/start")] == [f"/engine-rest{start}"]
    assert any(path.endswith("/deployment/create") for _, path in asked)
    deed = json.loads(yard.audit_file.read_text("utf-8").splitlines()[0])
    assert deed["details"]["tenant"] == tenant
