"""What `exchanger preview` shows for a task of 1C: people by name, and what 1C would lose without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from exchanger.cli import app
from exchanger.connect.showing import Explained
from exchanger.connect.template_json import template
from exchanger.domain.errors import Reject
from exchanger.ops.preview import Element, order_of, preview
from exchanger.ops.templates import shipped
from exchanger.sandbox.onec.seed import CLERK, ENGINEER, PARTNER, PARTNERS, TASKS
from exchanger.systems import onec
from tests.systems.onec.world import OnecWorld
from tests.templates.modeler import diagram

FORMS = {form.topic: template(form, 1) for form in shipped()}
NOBODY = "99999999-0000-4000-8000-000000000009"


def _element(filled: dict[str, str], topic: str = "1c_create_task", **variables: Any) -> Element:
    return Element(diagram(FORMS[topic], filled).encode(), "Activity_1", variables)


async def _shown(world: OnecWorld, element: Element) -> Explained:
    async with onec.SYSTEM.open(world.desk.options, world.clock) as system:
        return (await preview(system, element)).explained


async def test_a_preview_names_people_and_the_subject_and_writes_nothing(world: OnecWorld) -> None:
    world.strangers(1)
    filled = {
        "taskAssignee": "${who}",
        "taskAuthor": ENGINEER,
        "taskDeadline": "31.12.2030 18:00",
        "taskAboutRef": PARTNER,
        "taskAboutSet": PARTNERS,
        "resultFields": "итог=РезультатВыполнения",
    }
    before, asked = dict(world.base.requests), len(world.base.rows[TASKS])

    shown = await _shown(world, _element(filled, who="Клерк Кирилл"))

    assert (shown.fields["Description"], shown.fields["Исполнитель"]) == ("Согласовать", CLERK)
    assert shown.fields["СрокИсполнения"] == "2030-12-31T18:00:00"
    assert shown.people == {CLERK: "Клерк Кирилл", ENGINEER: "Инженер Игорь"}
    assert shown.later == {"предмет": ["ООО Ромашка"]}
    assert shown.missing == ()
    assert len(world.base.rows[TASKS]) == asked
    assert all(name.startswith("GET") for name in world.base.requests.keys() - before.keys())


async def test_what_1c_would_lose_without_a_word_is_said(world: OnecWorld) -> None:
    world.strangers(1)
    filled = {
        "taskAssignee": NOBODY,
        "taskAboutRef": NOBODY,
        "taskAboutSet": PARTNERS,
        "taskFields": '{"Цвет": "красный"}',
        "resultFields": "итог=Итог",
    }

    said = "\n".join((await _shown(world, _element(filled))).missing)

    assert f"пользователь {NOBODY}" in said
    assert f"предмет: в наборе {PARTNERS}" in said
    assert "реквизит «Цвет»" in said
    assert "переменная итог: реквизита «Итог»" in said


async def test_a_person_of_no_such_name_is_a_refusal(world: OnecWorld) -> None:
    with pytest.raises(Reject, match="Исполнитель"):
        await _shown(world, _element({"taskAssignee": "Никто Никтоевич"}))


async def test_the_preview_is_the_task_that_is_created(world: OnecWorld) -> None:
    element = _element({"taskAssignee": "Клерк Кирилл", "taskImportance": "Высокая", "taskDescription": "Прочесть"})
    order, _ = order_of("1c", element)
    shown = await _shown(world, element)

    made = await world.work.create(world.key("preview"), world.work.prepare(order))

    row = {**world.row(made.ref), "Описание": world.row(made.ref)["Описание"].partition("\n")[0]}
    plain = {name: value for name, value in shown.fields.items() if not name.endswith("_Type")}
    assert {name: row[name] for name in plain} == plain


async def test_a_call_shows_its_parameters(world: OnecWorld) -> None:
    filled = {"document": "ЗаказПокупателя", "documentFields": '{"Комментарий": "к"}', "postDocument": "true"}

    shown = await _shown(world, _element(filled, "1c_create_document"))

    assert (shown.fields["document"], shown.fields["post"]) == ("ЗаказПокупателя", True)


@pytest.mark.parametrize(
    ("system", "topic", "filled", "said"),
    [
        ("1c", "1c_create_task", {"taskAssignee": "Клерк Кирилл"}, f"Исполнитель: Клерк Кирилл ({CLERK})"),
        ("openproject", "op_create_task", {"taskAssignee": "clerk"}, "subject: Согласовать"),
    ],
)
def test_the_command_shows_it_on_the_stand_in(
    tmp_path: Path, system: str, topic: str, filled: dict[str, str], said: str
) -> None:
    file = tmp_path / "d.bpmn"
    file.write_bytes(_element(filled, topic).diagram)
    command = ["preview", system, "--diagram", str(file), "--element", "Activity_1", "--sandbox"]

    assert said in CliRunner().invoke(app, command).output
