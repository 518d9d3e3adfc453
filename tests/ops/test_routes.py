"""`exchanger config lint --engine` and the doctor: what diagrams of a real engine ask and nobody serves."""

from __future__ import annotations

import pytest

from exchanger.ops.doctor import examine
from exchanger.settings import load_settings
from tests.engine.process import bpmn
from tests.engine.world import RestWorld
from tests.ops.conftest import House

pytestmark = pytest.mark.engine


@pytest.fixture
def house(with_engine: House, world: RestWorld) -> House:
    del with_engine.environ["RABBITMQ_URL"]
    with_engine.environ["CAMUNDA_TENANT_ID"] = str(world._tenants[1])
    with_engine.environ["EXCHANGER_TOPICS"] = f"{world.topic}=bitrix24,{world.next_topic}=openproject"
    return with_engine


async def test_a_topic_of_a_diagram_that_nobody_serves_is_told(house: House, world: RestWorld) -> None:
    done = await house.run("config", "lint", "--engine")
    lines = done.output.splitlines()
    (switched_off,) = [line for line in lines if f"Тему {world.next_topic} " in line]
    (unknown,) = [line for line in lines if f"Тему {world.error_topic} " in line]
    assert not [line for line in lines if f"Тему {world.topic} " in line]
    assert switched_off.startswith("Ошибка")
    assert "система openproject не включена" in switched_off
    assert world.key in switched_off
    assert unknown.startswith("Предупреждение")
    assert done.exit_code == 1


async def test_every_topic_served_is_no_finding(house: House, world: RestWorld) -> None:
    topics = (world.topic, world.next_topic, world.error_topic)
    house.environ["EXCHANGER_TOPICS"] = ",".join(f"{topic}=bitrix24" for topic in topics)
    output = await house.ok("config", "lint", "--engine")
    assert world.key not in output
    assert "Ошибок: 0" in output


async def test_a_system_that_no_diagram_uses_is_told(house: House, world: RestWorld) -> None:
    house.environ["EXCHANGER_TOPICS"] = f"{world.topic}=python-services"
    house.environ["EXCHANGER_SYSTEMS"] = "bitrix24"
    output = (await house.run("config", "lint", "--engine")).output
    assert "Система bitrix24 включена, но ни одной её темы нет" in output


async def test_a_topic_without_an_operation_is_told(house: House, world: RestWorld) -> None:
    asked = bpmn(world.key).replace(world.topic.encode(), b"bitrix_update_deal_stage")
    await world._by_tenant[world._tenants[1]].admin.deploy(world.key, {"process.bpmn": asked})
    output = (await house.run("config", "lint", "--engine")).output
    assert "Тему bitrix_update_deal_stage" in output
    assert "у системы bitrix24 такой операции нет" in output


async def test_the_engine_that_does_not_answer_is_a_clear_error(house: House) -> None:
    house.environ["CAMUNDA_BASE_URL"] = "http://127.0.0.1:1/engine-rest"
    done = await house.run("config", "lint", "--engine")
    assert done.exit_code != 0


async def test_the_doctor_names_waiting_topics_that_nobody_serves(house: House, world: RestWorld) -> None:
    tenant = house.environ["CAMUNDA_TENANT_ID"]
    await world.start(tenant=tenant)
    house.environ["EXCHANGER_TOPICS"] = f"{world.topic}=openproject"
    said = {section.title: section.text() async for section in examine(load_settings(house.environ, house.home))}
    assert f"Задачи темы {world.topic} ждут, а их никто здесь не берёт; система темы — openproject" in said["Темы"]

    house.environ["EXCHANGER_TOPICS"] = f"{world.topic}=bitrix24"
    said = {section.title: section.text() async for section in examine(load_settings(house.environ, house.home))}
    assert world.topic not in said["Темы"]
    assert "забытых нет" in said["Темы"]
