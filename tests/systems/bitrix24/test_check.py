"""What `doctor` says of a portal."""

from __future__ import annotations

import pytest

from exchanger.connect import Finding, Severity
from exchanger.sandbox.bitrix24 import Build, default_portal
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.limits import Limits
from exchanger.sandbox.bitrix24.model import UserField, UserFieldType
from exchanger.systems.bitrix24 import SYSTEM, BitrixOptions
from exchanger.systems.bitrix24.check import check
from exchanger.testing.contract import JumpClock
from tests.systems.bitrix24.world import CLERK, BitrixWorld, open_world


def worst(findings: list[Finding]) -> dict[str, str]:
    return {each.what: each.remedy for each in findings if each.severity is Severity.ERROR}


async def test_a_good_portal_has_no_errors(world: BitrixWorld) -> None:
    findings = await check(world.client)
    assert worst(findings) == {}
    assert "Поиск задач по XML_ID работает." in [each.what for each in findings]


async def test_a_stock_portal_works_with_warnings() -> None:
    clock = JumpClock()
    async with open_world(portal=default_portal(user_fields=(), clock=clock.now), clock=clock) as world:
        findings = await check(world.client)
    assert worst(findings) == {}
    assert sum("UF_" in each.what for each in findings if each.severity is Severity.WARNING) == 6


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (Build(addon=True), "Модуль imena.camunda есть, версия 2.5 или новее"),
        (Build(), "Модуля imena.camunda нет: шаблоны портала берутся по свойству templateId"),
    ],
)
async def test_it_is_said_where_templates_come_from(build: Build, expected: str) -> None:
    clock = JumpClock()
    async with open_world(portal=default_portal(clock=clock.now, build=build), clock=clock) as world:
        findings = await check(world.client)
    assert any(expected in each.what for each in findings if each.severity is Severity.OK)


@pytest.mark.parametrize(("v3", "word"), [(True, "есть"), (False, "нет")])
async def test_the_third_generation_of_rest_is_told_of_and_not_needed(*, v3: bool, word: str) -> None:
    clock = JumpClock()
    async with open_world(portal=default_portal(clock=clock.now, build=Build(v3=v3)), clock=clock) as world:
        findings = await check(world.client)
    assert f"REST v3 у портала {word}; Exchanger работает через v2." in [each.what for each in findings]


async def test_rights_that_only_make_tasks_poorer_are_warnings_with_the_loss(world: BitrixWorld) -> None:
    hook = world.portal.access.webhooks[0]
    world.portal.access.webhooks[0] = type(hook)(hook.user_id, hook.secret, frozenset({"task", "user", "basic"}))
    said = [each.what for each in await check(world.client) if each.severity is Severity.WARNING]
    assert [what.partition(":")[0] for what in said if "права" in what] == [
        "У вебхука нет права disk",
        "У вебхука нет права calendar",
        "У вебхука нет права crm",
        "У вебхука нет права lists",
        "У вебхука нет права department",
        "У вебхука нет права sonet_group",
    ]


async def test_methods_that_the_portal_does_not_tell_of_are_a_warning(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.INSUFFICIENT_SCOPE, "methods", inside=True))
    findings = await check(world.client)
    assert any("списка методов" in each.what for each in findings if each.severity is Severity.WARNING)


async def test_a_portal_that_cannot_search_is_an_error_with_a_remedy(world: BitrixWorld) -> None:
    world.strangers(2)
    world.ignore_search()
    assert [remedy for what, remedy in worst(await check(world.client)).items() if "не ищет" in what] == [
        "создайте у задач строковое поле UF_CAMUNDA_ID_EXTERNAL_TASK."
    ]


async def test_a_field_of_a_wrong_type_and_a_missing_right_are_errors() -> None:
    clock = JumpClock()
    wrong = (UserField(101, "UF_RESULT_ANSWER", UserFieldType.STRING),)
    async with open_world(portal=default_portal(user_fields=wrong, clock=clock.now), clock=clock) as world:
        hook = world.portal.access.webhooks[0]
        world.portal.access.webhooks[0] = type(hook)(hook.user_id, hook.secret, frozenset({"task", "basic"}))
        said = " ".join(worst(await check(world.client)))
    assert "UF_RESULT_ANSWER" in said
    assert "права user" in said


async def test_an_ordinary_owner_is_a_warning() -> None:
    async with open_world(owner=CLERK) as world:
        findings = await check(world.client)
    assert any("не администратор" in each.what for each in findings if each.severity is Severity.WARNING)


async def test_control_taken_for_done_is_a_warning() -> None:
    async with open_world(done_statuses=frozenset({4, 5})) as world:
        findings = await check(world.client)
    assert any("Состояние 4" in each.what for each in findings if each.severity is Severity.WARNING)


async def test_a_portal_that_lets_nobody_in_is_one_finding_with_its_remedy(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.INVALID_CREDENTIALS, times=None))
    (finding,) = await check(world.client)
    assert finding.severity is Severity.ERROR
    assert "BITRIX_WEBHOOK_URL" in finding.remedy


@pytest.mark.parametrize("topic", ["bitrix_create_task", "bitrix24"])
async def test_both_names_of_the_work_are_served_and_the_calls_beside_them(world: BitrixWorld, topic: str) -> None:
    options = BitrixOptions(webhook_url=world.running.webhook_url)
    async with SYSTEM.open(options, world.clock) as system:
        assert set(system.works) == {"bitrix24", "bitrix_create_task"}
        assert set(system.topics) - set(system.works) == set(system.calls)
        assert await system.works[topic].find([world.key("task-1")]) == []
        assert [each for each in await system.check() if each.severity is Severity.ERROR] == []
        assert system.quarantine == options.quarantine


@pytest.mark.parametrize(
    ("spent", "severity"), [(1.0, Severity.OK), (400.0, Severity.WARNING)], ids=["far from it", "near it"]
)
async def test_what_is_left_of_the_limits_is_told_by_the_portals_own_count(
    world: BitrixWorld, spent: float, severity: Severity
) -> None:
    # Given a portal that counts this much for a method that doctor calls
    world.portal.set_limits(Limits(operating=480.0, costs={"scope": spent}))
    # Then it is told, with the limit that we obey
    (told,) = [each for each in await check(world.client) if "Время работы методов" in each.what]
    assert told.severity is severity
    assert f"больше всех у scope, {spent:.0f} из 420 с" in told.what
