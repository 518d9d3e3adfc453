"""What `doctor` says of an instance, and what the system serves."""

from __future__ import annotations

import pytest

from exchanger.connect import Finding, Severity
from exchanger.domain.errors import ConfigError
from exchanger.sandbox.openproject import default_instance, key_field
from exchanger.sandbox.openproject.seed import CLOSED, MAIN, NEW, REJECTED, TOKEN
from exchanger.systems.openproject import SYSTEM, OpenProjectOptions
from exchanger.systems.openproject.check import check
from exchanger.systems.openproject.settings import ApiKey
from exchanger.testing.contract import JumpClock
from tests.systems.openproject.world import OpenProjectWorld, open_world


def said(findings: list[Finding], severity: Severity) -> str:
    return " ".join(each.what for each in findings if each.severity is severity)


async def test_a_good_instance_has_no_errors(world: OpenProjectWorld) -> None:
    findings = await check(world.desk)
    assert said(findings, Severity.ERROR) == ""
    assert "работает во всех проектах" in said(findings, Severity.OK)
    assert "без TLS" in said(findings, Severity.WARNING)
    assert "Уведомления не настроены" in said(findings, Severity.OK)


async def test_that_events_are_heard_is_told() -> None:
    async with open_world(hears=True) as world:
        assert "с нашей подписью" in said(await check(world.desk), Severity.OK)


@pytest.mark.parametrize(
    ("key", "severity", "words"),
    [
        (key_field(for_all=False), Severity.WARNING, "только внутри проектов"),
        (key_field(filterable=False), Severity.ERROR, "нельзя искать"),
        (None, Severity.ERROR, "нет ни у одного типа"),
    ],
)
async def test_the_key_field_is_judged(key: object, severity: Severity, words: str) -> None:
    clock = JumpClock()
    instance = default_instance(clock=clock.now, key=key)  # type: ignore[arg-type]  # a column of the table
    async with open_world(instance=instance, clock=clock) as world:
        assert words in said(await check(world.desk), severity)


async def test_an_instance_without_refused_statuses_or_milestones_is_a_warning(world: OpenProjectWorld) -> None:
    del world.instance.statuses[REJECTED]
    world.instance.projects[MAIN].types = (1,)
    warnings = said(await check(world.desk), Severity.WARNING)
    assert "Состояний отказа" in warnings
    assert "типа вехи" in warnings


async def test_an_instance_where_nothing_can_be_closed_is_an_error(world: OpenProjectWorld) -> None:
    for number in set(world.instance.statuses) - {NEW}:
        del world.instance.statuses[number]
    assert "Закрытых состояний нет" in said(await check(world.desk), Severity.ERROR)
    assert CLOSED not in world.instance.statuses


async def test_an_instance_that_lets_nobody_in_is_one_finding_with_its_remedy() -> None:
    async with open_world(login=ApiKey("opapi-wrong")) as world:
        (finding,) = await check(world.desk)
    assert finding.severity is Severity.ERROR
    assert "ключ" in finding.remedy


async def test_the_system_serves_tasks_and_milestones_by_one_operation(world: OpenProjectWorld) -> None:
    options = OpenProjectOptions(url=world.running.url, login=ApiKey(TOKEN), projects=("main",))
    async with SYSTEM.open(options, world.clock) as system:
        assert system.topics == [
            "op_create_milestone", "op_create_project", "op_create_task", "op_update_task", "openproject",
        ]  # fmt: skip
        assert len({id(work) for work in system.works.values()}) == 1  # one feed of changes, read once
        assert await system.works["op_create_task"].find([world.key("task-1")]) == []
        assert system.quarantine == options.quarantine


async def test_a_system_without_a_project_is_a_fault_of_the_settings(world: OpenProjectWorld) -> None:
    options = OpenProjectOptions(url=world.running.url, login=ApiKey(TOKEN), projects=())
    with pytest.raises(ConfigError, match="OPENPROJECT_DEFAULT_PROJECT_ID"):
        async with SYSTEM.open(options, world.clock):
            pass
