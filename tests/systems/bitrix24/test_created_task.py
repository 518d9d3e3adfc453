"""What really stands on the portal after a creation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from exchanger.connect import Intent
from exchanger.domain.errors import Reject
from exchanger.domain.task import Snapshot
from exchanger.sandbox.bitrix24 import default_portal
from exchanger.sandbox.bitrix24.model import Task
from exchanger.sandbox.bitrix24.seed import DISMISSED, HEAD, LAWYER
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.fields import task_fields
from exchanger.systems.bitrix24.plan import draw_plan
from exchanger.systems.bitrix24.team import Team
from exchanger.testing.contract import JumpClock
from tests.systems.bitrix24.world import ADMIN, CLERK, ENGINEER, BitrixWorld, open_world, order


async def create(world: BitrixWorld, task_id: str = "task-1", **given: Any) -> Snapshot:
    return await world.work.create(world.key(task_id), world.work.prepare(order(task_id, **given)))


async def created(world: BitrixWorld, **given: Any) -> Task:
    return world.task((await create(world, **given)).ref)


async def test_a_task_bears_all_that_the_diagram_gave(world: BitrixWorld) -> None:
    parent = await created(world, variables={"startedBy": CLERK})
    task = await created(
        world,
        task_id="task-2",
        variables={"startedBy": CLERK, "groupId": 7, "parentTaskId": parent.id, "deadline": "2026-12-31T18:00:00"},
        extension_properties={
            "description": "Проверьте пункты 3 и 4.",
            "responsibleEmail": "ILYA.sokolov@portal.example",
            "auditors": str(HEAD),
            "accomplices": f"{LAWYER}",
            "tags": "договор, срочно",
            "priority": "2",
            "control": "да",
            "UF_RESULT_EXPECTED": "true",
            "UF_RESULT_QUESTION": "Договор согласован?",
        },
    )
    assert (task.title, task.description) == ("Согласовать договор", "Проверьте пункты 3 и 4.")
    assert (task.created_by, task.responsible_id) == (CLERK, ENGINEER)
    assert (task.auditors, task.accomplices, task.tags) == ((HEAD,), (LAWYER,), ("договор", "срочно"))
    assert (task.priority, task.group_id, task.parent_id, task.task_control) == (2, 7, parent.id, True)
    assert task.deadline == datetime(2026, 12, 31, 15, 0, tzinfo=UTC)  # 18:00 in Moscow, the owner's zone
    assert task.result_required
    assert task.xml_id == "exch:test:main:task-2"
    assert task.user_fields == {
        "UF_CAMUNDA_ID_EXTERNAL_TASK": "task-2",
        "UF_RESULT_EXPECTED": 1,
        "UF_RESULT_QUESTION": "Договор согласован?",
        "UF_ELEMENT_ID": "Activity_1",
        "UF_PROCESS_INSTANCE_ID": "instance-1",
    }


async def test_a_stock_portal_gets_no_field_it_does_not_have(world: BitrixWorld) -> None:
    clock = JumpClock()
    async with open_world(portal=default_portal(user_fields=(), clock=clock.now), clock=clock) as stock:
        task = await created(stock)
    assert task.user_fields == {}
    assert task.xml_id == "exch:test:main:task-1"


async def test_without_anybody_nothing_is_made_and_it_is_told_what_to_do(world: BitrixWorld) -> None:
    with pytest.raises(Reject, match="responsibleEmail") as refused:
        await create(world, variables={})
    assert "BITRIX_DEFAULT_RESPONSIBLE_ID" in str(refused.value)
    assert world.portal.store.tasks == {}


async def test_the_link_is_where_the_responsible_opens_the_task() -> None:
    async with open_world(link_base="https://portal.example.ru/") as world:
        made = await create(world)
    expected = f"https://portal.example.ru/company/personal/user/{CLERK}/tasks/task/view/{made.ref.id}/"
    assert made.ref.link == expected


@pytest.mark.parametrize(
    ("variables", "properties", "expected"),
    [
        ({"startedBy": CLERK}, {"assigneeId": str(ENGINEER)}, ENGINEER),
        ({"startedBy": CLERK}, {"assigneeId": "15297786"}, CLERK),  # an edge of StormBPMN, not an employee
        ({"startedBy": CLERK}, {"assigneeId": str(DISMISSED)}, CLERK),
        ({"startedBy": DISMISSED}, {}, LAWYER),  # the default
        ({"startedBy": "maria.kuznetsova@portal.example"}, {}, CLERK),
        ({}, {}, LAWYER),
    ],
)
async def test_the_responsible_falls_back_only_to_real_employees(
    variables: dict[str, Any], properties: dict[str, str], expected: int
) -> None:
    async with open_world(default_responsible_id=LAWYER) as world:
        task = await created(world, variables=variables, extension_properties=properties)
    assert task.responsible_id == expected


async def test_the_owner_of_the_webhook_watches_what_he_could_not_see() -> None:
    async with open_world(owner=ENGINEER) as world:
        task = await created(world, variables={"startedBy": CLERK})
        assert ENGINEER in task.auditors
        assert [each.ref.id for each in await world.work.find([world.key("task-1")])] == [str(task.id)]
        own = await created(world, task_id="task-2", variables={"startedBy": ENGINEER})
        assert own.auditors == ()


async def test_an_administrator_is_not_added_to_the_auditors(world: BitrixWorld) -> None:
    assert (await created(world, variables={"startedBy": CLERK})).auditors == ()


async def test_the_creator_defaults_to_the_owner_when_nobody_started_the_process(world: BitrixWorld) -> None:
    task = await created(world, variables={}, extension_properties={"responsible": str(CLERK)})
    assert task.created_by == ADMIN


@pytest.mark.parametrize(("zone", "hour"), [(None, 15), ("Asia/Vladivostok", 8)])
async def test_c12_a_naive_deadline_is_read_in_the_portals_zone(zone: str | None, hour: int) -> None:
    async with open_world(time_zone=zone) as world:
        task = await created(world, variables={"startedBy": CLERK, "deadline": "2026-12-31T18:00:00"})
    assert task.deadline == datetime(2026, 12, 31, hour, 0, tzinfo=UTC)


async def test_c12_the_earlier_of_two_deadlines_counts(world: BitrixWorld) -> None:
    task = await created(
        world,
        variables={"startedBy": CLERK, "deadline": "2026-12-31T18:00:00+03:00"},
        extension_properties={"deadline": "2026-12-01"},
    )
    assert task.deadline == datetime(2026, 11, 30, 21, 0, tzinfo=UTC)


async def test_c12_a_deadline_in_the_past_is_kept_and_said(world: BitrixWorld) -> None:
    task = await created(world, variables={"startedBy": CLERK, "deadline": "2026-01-31T18:00:00"})
    assert task.deadline == datetime(2026, 1, 31, 15, 0, tzinfo=UTC)
    assert "срок уже прошёл" in task.description


async def test_c14_a_long_description_is_cut_at_a_border() -> None:
    text = "Первое предложение об условиях. " * 40
    async with open_world(max_description_length=300) as world:
        task = await created(world, extension_properties={"description": text})
    assert len(task.description) <= 300
    assert task.description.endswith("условиях.\n\n… (описание сокращено)")


async def test_c8_an_unknown_employee_is_a_refusal_with_the_portals_own_words(world: BitrixWorld) -> None:
    with pytest.raises(Reject, match="Responsible person not found") as refused:
        await create(world, extension_properties={"responsible": "999"})
    assert "<br>" not in str(refused.value)
    assert world.portal.store.tasks == {}


async def test_c8_an_unknown_address_is_a_refusal_before_anything_is_written(world: BitrixWorld) -> None:
    with pytest.raises(Reject, match="исполнитель"):
        await create(world, extension_properties={"responsibleEmail": "nobody@portal.example"})
    assert world.portal.calls["tasks.task.add"] == 0


async def test_c13_an_employee_not_found_is_looked_for_again(world: BitrixWorld) -> None:
    given: dict[str, Any] = {"extension_properties": {"responsibleEmail": "new@portal.example"}}
    with pytest.raises(Reject):
        await create(world, **given)
    engineer = world.portal.user(ENGINEER)
    world.portal.set_user(type(engineer)(9, "Нина", "Новая", "new@portal.example"))
    assert (await created(world, **given)).responsible_id == 9


async def test_an_expected_answer_needs_its_field(world: BitrixWorld) -> None:
    world.portal.user_fields.remove("UF_RESULT_ANSWER")
    with pytest.raises(Reject, match="UF_RESULT_ANSWER") as refused:
        await create(world, extension_properties={"UF_RESULT_EXPECTED": "true"})
    assert refused.value.remedy
    assert world.portal.store.tasks == {}


async def test_without_the_right_to_look_up_people_numbers_still_work(world: BitrixWorld) -> None:
    hook = world.portal.access.webhooks[0]
    world.portal.access.webhooks[0] = type(hook)(hook.user_id, hook.secret, frozenset({"task", "basic"}))
    assert (await created(world, extension_properties={"assigneeId": "15297786"})).responsible_id == CLERK
    with pytest.raises(Reject, match="право user"):
        await create(world, task_id="task-2", extension_properties={"responsibleEmail": "a@b.ru"})


async def test_a_plain_task_costs_one_request_when_nothing_has_to_be_looked_for(world: BitrixWorld) -> None:
    await create(world)
    await world.work.find([world.key("task-1")])  # the positive half of the self-test
    before = world.portal.requests.total()
    for number in range(2, 52):
        await create(world, f"task-{number}")
    assert (world.portal.requests.total() - before) / 50 <= 1.1


async def test_no_field_is_sent_that_the_portal_does_not_have(world: BitrixWorld) -> None:
    params = world.work.prepare(order(extension_properties={"UF_RESULT_QUESTION": "Да?"}))
    known = await world.client.inspector.get()
    bare = Capabilities(known.owner, {}, known.search)
    plan = draw_plan(params, Content(), Team(CLERK, CLERK), world.client.options, bare, world.client.api.time)
    assert [name for name in task_fields(plan, world.key("task-1"), bare) if name.startswith("UF_")] == []


async def test_rows_of_other_people_are_not_the_employee_that_was_asked_for(world: BitrixWorld) -> None:
    """A portal that passes over the filter returns everybody."""
    everybody = [{"ID": "1", "EMAIL": "boss@portal.example", "ACTIVE": True}]
    world.client.people._api = _Fixed(everybody)  # type: ignore[assignment]
    assert await world.client.people.by_email("clerk@portal.example") is None
    assert await world.client.people.active(7) is False


async def test_one_address_of_two_employees_is_not_guessed(world: BitrixWorld) -> None:
    twins = [{"ID": str(number), "EMAIL": "a@b.ru", "ACTIVE": True} for number in (1, 2)]
    world.client.people._api = _Fixed(twins)  # type: ignore[assignment]
    with pytest.raises(Reject, match="несколько"):
        await world.client.people.by_email("a@b.ru")


class _Fixed:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    async def ask(self, method: str, params: object, *, intent: Intent) -> Envelope:
        return Envelope(self._rows)
