"""What a task looks like in OpenProject, and what its author is told when it cannot be made."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from exchanger.domain.errors import BusinessError, Reject
from exchanger.domain.outcome import Completed
from exchanger.domain.task import Metadata, Snapshot
from exchanger.sandbox.openproject.seed import BARE, CLERK, ENGINEER, HIGH, IN_PROGRESS, MILESTONE, TEAM, TOKEN
from exchanger.systems.openproject.preview import preview
from exchanger.systems.openproject.settings import ApiKey, KeyScheme
from tests.systems.openproject.world import OpenProjectWorld, open_world, order


async def create(
    world: OpenProjectWorld, task_id: str = "task-1", topic: str = "op_create_task", **given: Any
) -> Snapshot:
    params = world.work.prepare(order(task_id, topic=topic, extension_properties=given))
    made = await world.work.create(world.key(task_id), params)
    await world.work.finish(made, params)
    return made


async def test_the_fields_of_the_diagram_are_the_fields_of_the_task(world: OpenProjectWorld) -> None:
    parent = world.person().create("main", "Родитель").id
    made = await create(
        world,
        subject="Подписать договор",
        description="**Срочно**",
        status="In progress",
        priority="high",
        assignee="clerk@example.ru",
        responsible="engineer",
        parent=str(parent),
        startDate="01.05.2026",
        dueDate="2026-05-10T18:00:00+03:00",
        estimatedTime="5,5",
    )
    one = world.package(made.ref)
    assert (one.subject, one.description) == ("Подписать договор", "**Срочно**")
    assert (one.status, one.priority, one.assignee, one.responsible) == (IN_PROGRESS, HIGH, CLERK, ENGINEER)
    assert (one.parent, one.start, one.due, one.estimated) == (parent, date(2026, 5, 1), date(2026, 5, 10), "PT5H30M")


async def test_without_a_subject_the_element_names_the_task_and_a_long_one_is_cut(world: OpenProjectWorld) -> None:
    assert world.package((await create(world)).ref).subject == "Согласовать договор"
    long = world.package((await create(world, "task-2", subject="слово " * 100)).ref).subject
    assert len(long) <= 255
    assert long.endswith("…")


async def test_a_milestone_has_its_type_and_one_day(world: OpenProjectWorld) -> None:
    made = await create(world, topic="op_create_milestone", date="2026-06-01")
    one = world.package(made.ref)
    assert (one.type, one.start, one.due) == (MILESTONE, date(2026, 6, 1), date(2026, 6, 1))
    assert [each.ref for each in await world.work.find([world.key("task-1")])] == [made.ref]


async def test_a_milestone_of_a_type_that_is_none_is_refused(world: OpenProjectWorld) -> None:
    with pytest.raises(Reject, match="не веха"):
        await create(world, topic="op_create_milestone", type="Task")


async def test_a_duration_sets_the_end(world: OpenProjectWorld) -> None:
    made = await create(world, startDate="2026-05-01", duration="8")
    assert world.package(made.ref).due == date(2026, 5, 8)


async def test_custom_fields_of_all_kinds_are_written_by_their_names(world: OpenProjectWorld) -> None:
    fields = {
        "Решение": "да",
        "Отделы": ["Юристы", "Финансы"],
        "Пояснение": "Подробно",
        "Сумма": "10 500,50",
        "Количество": 7,
        "Срочно": "да",
        "Дата договора": "31.12.2026",
        "Куратор": "clerk",
        "Версия поставки": "2026.1",
        "Раздел": "Связь",
        "Ссылка": "https://example.ru",
    }
    variables = {"customFields": fields}
    taken = order(variables=variables, input_parameters={"customFields": "${fields}"})
    made = await world.work.create(world.key("task-1"), world.work.prepare(taken))
    custom = world.package(made.ref).custom
    assert {number: custom[number] for number in range(2, 13)} == {
        2: 1, 3: [3, 4], 4: "Подробно", 5: 10500.5, 6: 7, 7: True, 8: "2026-12-31", 9: CLERK, 10: 31, 11: 22,
        12: "https://example.ru",
    }  # fmt: skip


async def test_one_custom_field_may_be_given_by_a_property_of_its_own(world: OpenProjectWorld) -> None:
    made = await create(world, **{"cf:Количество": "3", "cf:Решение": "Нет"})
    assert (world.package(made.ref).custom[6], world.package(made.ref).custom[2]) == (3, 2)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cf:Нет такого": "1"}, "Нет такого"),
        ({"cf:Решение": "Может быть"}, r"Да \(№1\), Нет \(№2\)"),
        ({"cf:Количество": "много"}, "нужно целое число"),
        ({"type": "Эпик"}, "Task"),
        ({"priority": "вчера"}, "Normal"),
        ({"status": "Ждём"}, "In progress"),
        ({"project": "nowhere"}, "nowhere"),
        ({"assignee": "nobody@example.ru"}, "исполнитель не найден"),
        ({"assignee": "Игорь Инженер"}, r"Игорь Инженер \(№7\), Игорь Инженер \(№8\)"),
        ({"watchers": "clerk, nobody"}, "наблюдатель не найден"),
    ],
)
async def test_what_is_not_there_is_named_before_anything_is_made(
    world: OpenProjectWorld, given: dict[str, str], said: str
) -> None:
    with pytest.raises(Reject, match=said):
        await create(world, **given)
    assert world.instance.work_packages == {}


async def test_a_group_and_a_number_may_be_assigned(world: OpenProjectWorld) -> None:
    assert world.package((await create(world, assignee="Юристы")).ref).assignee == TEAM
    assert world.package((await create(world, "task-2", assignee=str(ENGINEER))).ref).assignee == ENGINEER


async def test_a_person_added_to_the_project_a_minute_ago_is_found(world: OpenProjectWorld) -> None:
    project = world.instance.projects[1]
    project.members.discard(CLERK)
    with pytest.raises(Reject):
        await create(world, assignee="clerk")
    project.members.add(CLERK)
    world.clock.jump(31)
    assert world.package((await create(world, assignee="clerk")).ref).assignee == CLERK


async def test_a_type_without_the_key_field_gets_no_task(world: OpenProjectWorld) -> None:
    """OpenProject would pass over the key in silence, and the task could be made twice."""
    with pytest.raises(Reject, match="поля ключа"):
        await create(world, type="Idea")
    assert world.instance.types[BARE].fields == frozenset()
    assert world.instance.work_packages == {}


async def test_a_refusal_of_the_contents_is_an_error_that_the_diagram_may_catch(world: OpenProjectWorld) -> None:
    with pytest.raises(BusinessError, match="dueDate") as refused:
        await create(world, startDate="2026-05-10", dueDate="2026-05-01")
    assert refused.value.code == "OPENPROJECT_REJECTED"


async def test_with_the_check_by_form_nothing_is_even_sent() -> None:
    async with open_world(validate=True) as world:
        with pytest.raises(BusinessError, match="dueDate"):
            await create(world, startDate="2026-05-10", dueDate="2026-05-01")
        assert world.instance.requests["POST /work_packages"] == 0


async def test_a_preview_shows_the_task_and_its_mistakes_and_makes_nothing(world: OpenProjectWorld) -> None:
    params = world.work.prepare(order(extension_properties={"startDate": "2026-05-10", "dueDate": "2026-05-01"}))
    shown = await preview(world.desk, world.key("task-1"), params)
    assert shown.errors.keys() == {"dueDate"}
    assert shown.payload["subject"] == "Согласовать договор"
    assert shown.sent["customField1"] == str(world.key("task-1"))
    assert world.instance.work_packages == {}


async def test_relations_watchers_and_the_comment_are_written_once(world: OpenProjectWorld) -> None:
    other = world.person().create("main", "Другая").id
    given = {"relations": f"follows:{other}, blocked:{other}", "watchers": "clerk", "comment": "Начинаем"}
    params = world.work.prepare(order(extension_properties=given))
    made = await world.work.create(world.key("task-1"), params)
    for _ in range(3):
        await world.work.finish(made, params)
    ends = {(each.type, each.from_id, each.to_id) for each in world.instance.relations.values()}
    number = int(made.ref.id)
    assert ends == {("follows", number, other), ("blocks", other, number)}
    assert world.package(made.ref).watchers == [CLERK]
    assert len(world.comments(made.ref)) == 1


async def test_a_comment_written_by_a_former_process_is_not_repeated(world: OpenProjectWorld) -> None:
    params = world.work.prepare(order(extension_properties={"comment": "Начинаем"}))
    made = await world.work.create(world.key("task-1"), params)
    await world.work.finish(made, params)
    async with open_world(instance=world.instance, clock=world.clock) as again:
        await again.work.finish(made, params)
    assert len(world.comments(made.ref)) == 1


async def test_a_relation_to_what_is_not_there_is_said_aloud(world: OpenProjectWorld) -> None:
    with pytest.raises(Reject, match="to"):
        await create(world, relations="follows:999")


@pytest.mark.parametrize(("given", "sent"), [({}, True), ({"notify": "нет"}, False)])
async def test_people_are_notified_unless_the_diagram_says_no(
    world: OpenProjectWorld, given: dict[str, str], sent: bool
) -> None:
    await create(world, **given)
    assert [each.notified for each in world.instance.activities] == [sent]


async def test_an_older_key_signs_in_by_basic() -> None:
    async with open_world(login=ApiKey(TOKEN, KeyScheme.BASIC)) as world:
        assert (await create(world)).ref.id == "1"


async def test_a_made_task_can_be_closed_at_once_and_answers(world: OpenProjectWorld) -> None:
    made = await create(world, **{"cf:Решение": "Да"})
    world.finish(made.ref)
    (found,) = await world.work.read([made.ref])
    said = Metadata(extension_properties={"resultFields": "decision=Решение"})
    outcome = await world.work.answer(found, order().task, said)
    assert isinstance(outcome, Completed)
    assert outcome.variables["decision"].value == "Да"


async def test_steady_work_costs_two_requests_a_task(world: OpenProjectWorld) -> None:
    await world.make("task-0")
    await world.make("task-1")
    before = world.proxy.count()
    await world.make("task-2")
    assert world.proxy.count() - before == 2
