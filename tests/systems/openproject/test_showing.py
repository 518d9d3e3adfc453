"""What `exchanger preview` shows for a package, and that it is what is made."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.connect import OpenSystem
from exchanger.connect.showing import Explained, Explaining, Showing
from exchanger.connect.template_json import template
from exchanger.domain.errors import Reject
from exchanger.domain.task import ObjectRef
from exchanger.ops.preview import Element, order_of, preview
from exchanger.ops.templates import shipped
from exchanger.sandbox.openproject.seed import CLERK
from exchanger.systems import openproject
from tests.systems.openproject.world import OpenProjectWorld
from tests.templates.modeler import diagram

FORMS = {form.topic: template(form, 1) for form in shipped()}


def _element(topic: str, filled: dict[str, str], **variables: Any) -> Element:
    return Element(diagram(FORMS[topic], filled).encode(), "Activity_1", variables)


async def _shown(world: OpenProjectWorld, element: Element) -> Explained:
    async with openproject.SYSTEM.open(world.desk.options, world.clock) as system:
        assert isinstance(system, OpenSystem)
        return (await preview(system, element)).explained


async def test_a_preview_speaks_in_names_and_makes_nothing(world: OpenProjectWorld) -> None:
    other = world.person().create("main", "Другая").id
    filled = {
        "taskAssignee": "${who}",
        "customFields": '{"Решение": "Да", "Отделы": ["Юристы", "Финансы"]}',
        "dueDate": "2030-01-03",
        "relations": f"follows:{other}",
        "watchers": "clerk",
        "comment": "Начинаем",
    }
    before = dict(world.instance.requests)

    shown = await _shown(world, _element("op_create_task", filled, who="clerk"))

    assert shown.fields["subject"] == "Согласовать"
    assert shown.fields["assignee"] == f"{world.instance.principals[CLERK].name} (№{CLERK})"
    assert shown.fields["dueDate"] == "2030-01-03"
    assert "Да" in str(shown.fields["Решение"])
    assert "Юристы" in str(shown.fields["Отделы"])
    assert shown.fields["external_task_id"] == "exch:preview:preview:preview"
    assert shown.later == {"связи": [f"follows №{other}"], "наблюдатели": ["clerk"], "комментарий": ["Начинаем"]}
    assert shown.missing == ()
    assert len(world.instance.work_packages) == 1
    written = {name for name in world.instance.requests.keys() - before.keys() if not name.startswith("GET")}
    assert all(name.endswith("/form") for name in written), written


async def test_what_the_form_objects_to_and_what_cannot_be_related_is_said(world: OpenProjectWorld) -> None:
    filled = {"startDate": "2030-01-03", "dueDate": "2030-01-01", "relations": "follows:404"}

    shown = await _shown(world, _element("op_create_task", filled))

    assert any(each.startswith("dueDate: ") for each in shown.missing)
    assert any("№404" in each for each in shown.missing)


async def test_a_person_whom_nobody_knows_is_a_refusal(world: OpenProjectWorld) -> None:
    with pytest.raises(Reject, match="исполнитель"):
        await _shown(world, _element("op_create_task", {"taskAssignee": "nobody"}))


@pytest.mark.parametrize(
    ("topic", "filled"),
    [
        ("op_create_task", {"taskAssignee": "clerk", "dueDate": "2030-01-03", "customFields": '{"Сумма": 5}'}),
        ("op_create_milestone", {"date": "2030-01-04"}),
    ],
)
async def test_the_preview_is_the_package_that_is_made(
    world: OpenProjectWorld, topic: str, filled: dict[str, str]
) -> None:
    element = _element(topic, filled)
    order, _ = order_of("openproject", element)
    shown = await _shown(world, element)
    assert isinstance(world.work, Showing)
    assert isinstance(world.work, Explaining)

    made = await world.work.create(world.key("preview"), world.work.prepare(order))
    rows = await world.work.show([made.ref])

    ours = {name: value for name, value in shown.fields.items() if name != "external_task_id"}
    assert {name: rows[made.ref.id].get(name) for name in ours} == ours
    assert "type" in ours


async def test_a_package_that_cannot_be_seen_is_not_shown(world: OpenProjectWorld) -> None:
    made = world.person().create("main", "Тайная")
    snapshots = await world.work.read([ref := _ref(made.id)])
    assert snapshots
    world.person().hide(made.id)
    assert await world.work.show([ref]) == {}


def _ref(number: int) -> ObjectRef:
    return ObjectRef("openproject", str(number), "")
