"""The web console on real parts says what the commands say, of hostile names and texts too, and moves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.domain.outcome import Failure
from exchanger.ports import Address
from exchanger.sandbox.bitrix24 import RunningPortal, default_portal, standin
from exchanger.sandbox.bitrix24.seed import CLERK
from exchanger.settings import Settings, load_settings
from exchanger.wire.names import ERRORS_QUEUE
from tests.engine.contract import take_one
from tests.engine.process import bpmn
from tests.engine.world import RestWorld
from tests.ops.conftest import House, bodies
from tests.ops.letters import dead_order, failure
from tests.ops.test_trace import made
from tests.web.console.kit import PAGES, PASSWORD, browsing

pytestmark = [pytest.mark.engine, pytest.mark.rabbitmq]

NAME = b"&lt;script&gt;alert(1)&lt;/script&gt;"
CAUSE = '<img src=x onerror="alert(2)"> token=cAnArYtoken1'


def settle(house: House, world: RestWorld, portal: RunningPortal) -> Settings:
    """The house's settings: a tenant of its own, the portal's stand-in, a password."""
    house.environ["CAMUNDA_TENANT_ID"] = str(world._tenants[1])
    house.environ["BITRIX_WEBHOOK_URL"] = portal.webhook_url
    house.environ["BITRIX_DEFAULT_RESPONSIBLE_ID"] = str(CLERK)
    house.environ["EXCHANGER_CONSOLE_PASSWORD"] = PASSWORD
    return load_settings(house.environ, house.home)


async def test_the_pages_say_what_the_commands_say(
    with_engine: House, world: RestWorld, bus: RabbitBus, raw: AbstractChannel
) -> None:
    tenant = world._tenants[1]
    async with standin(default_portal()) as portal:
        settings = settle(with_engine, world, portal)

        # Given a task whose object a person has, one without attempts left, one nobody took; a pause; two letters
        model = bpmn(world.key).replace(b'Task id="a"', b'Task id="a" name="' + NAME + b'"')
        await world._by_tenant[tenant].admin.deploy(world.key, {"process.bpmn": model})
        engine = await world.engine("w", tenant=tenant)
        await world.start(tenant=tenant)
        given = await take_one(engine, world.topic)
        found = await made(with_engine, world.topic, given)
        assert await engine.hold(given, timedelta(days=365))
        await world.start(tenant=tenant)
        stuck = await take_one(engine, world.topic)
        assert await engine.settle(stuck, Failure(CAUSE, "", 0))
        await world.start(tenant=tenant)
        await with_engine.ok("pause", "bitrix24", "--reason", "портал <b>обновляют</b>")
        for letter in (dead_order(given), failure(stuck, CAUSE)):
            await bus.publish(Address("", ERRORS_QUEUE), letter)
        before = await bodies(raw, ERRORS_QUEUE)

        # When an operator goes through the pages
        async with browsing(settings) as browser:
            await browser.post("/login", {"password": PASSWORD})
            shown = {page: await browser.get(page) for page in (*PAGES, f"/trace?id={found.ref.id}")}

    # Then each says what there is
    overview, trace = shown["/"], shown[f"/trace?id={found.ref.id}"]
    assert "bitrix24 1 0 1 0 1 " in overview.words, overview.words
    assert ": портал &lt;b&gt;обновляют&lt;/b&gt;" in overview.text
    assert "очередь ошибок : 2" in overview.words
    assert "ждём исполнителя с" in trace.words
    assert f'href="{found.ref.link}"' in trace.text
    assert "«&lt;script&gt;alert(1)&lt;/script&gt;», задача" in trace.text
    assert "По «4711» ничего не нашлось" in shown["/trace?id=4711"].words
    assert "Причина schema_error." in shown["/dead-letters"].text
    assert stuck.id in shown["/incidents"].text
    assert "exchanger incidents retry" in shown["/incidents"].text
    assert "pause система bitrix24 портал" in shown["/audit"].words

    # And no page runs what it shows, carries a secret or has moved a letter
    for page, each in shown.items():
        assert each.status == 200, page
        assert "<script" not in each.text, page
        assert "<img" not in each.text, page
        assert "cAnArY" not in each.text, page
    assert "token=***" in shown["/incidents"].text
    assert await bodies(raw, ERRORS_QUEUE) == before
