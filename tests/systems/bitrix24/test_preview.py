from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from exchanger.cli import app
from exchanger.connect import OpenSystem
from exchanger.connect.template_json import template
from exchanger.domain.errors import ConfigError, Reject
from exchanger.ops.preview import Element, order_of, preview
from exchanger.ops.templates import shipped
from exchanger.sandbox.bitrix24.seed import CLERK, DISMISSED, ENGINEER
from exchanger.systems import bitrix24
from exchanger.systems.python.data import DATA
from tests.systems.bitrix24.world import BitrixWorld
from tests.templates.modeler import diagram

FORMS = {form.topic: template(form, 1) for form in shipped()}


def _element(filled: dict[str, str], **variables: Any) -> Element:
    return Element(diagram(FORMS["bitrix_create_task"], filled).encode(), "Activity_1", variables)


async def _opened(world: BitrixWorld, element: Element) -> Any:
    async with bitrix24.SYSTEM.open(world.client.options, world.clock) as system:
        return (await preview(system, element)).explained


async def test_a_preview_names_people_and_check_lists_and_creates_nothing(world: BitrixWorld) -> None:
    filled = {"taskResponsible": "${who}", "auditors": str(ENGINEER), "checklists": "Подготовка • собрать • сверить"}

    shown = await _opened(world, _element(filled, who=CLERK, startedBy=ENGINEER))

    assert shown.fields["RESPONSIBLE_ID"] == CLERK
    assert shown.people == {str(CLERK): "Кузнецова Мария", str(ENGINEER): "Соколов Илья"}
    assert shown.later["чек-листы"] == ["[ ] Подготовка", "  [ ] собрать", "  [ ] сверить"]
    assert shown.missing == ()
    assert not world.portal.store.tasks
    assert not {method for method in world.portal.calls if method.endswith((".add", ".update", ".attach"))}


async def test_the_preview_is_the_task_that_is_created(world: BitrixWorld) -> None:
    element = _element({"taskResponsible": str(CLERK), "tags": "а, б", "priority": "2"}, startedBy=ENGINEER)
    order, _ = order_of("bitrix24", element)

    shown = await _opened(world, element)
    made = await world.work.create(world.key("preview"), world.work.prepare(order))

    task = world.task(made.ref)
    assert (task.title, task.responsible_id, task.created_by) == (
        shown.fields["TITLE"],
        shown.fields["RESPONSIBLE_ID"],
        shown.fields["CREATED_BY"],
    )
    assert list(task.tags) == shown.fields["TAGS"]


async def test_what_is_missing_is_said(world: BitrixWorld) -> None:
    filled = {"taskResponsible": str(DISMISSED), "taskDeadline": "${dates.plus(3)}", "predecessors": "Activity_0"}

    shown = await _opened(world, _element(filled, startedBy=ENGINEER))

    said = "\n".join(shown.missing)
    assert f"сотрудник {DISMISSED}" in said
    assert "taskDeadline: значение ${dates.plus(3)} вычислит движок" in said
    assert "предшественник" in said.lower()


async def test_what_would_be_refused_is_refused(world: BitrixWorld) -> None:
    with pytest.raises(Reject, match="исполнитель"):
        await _opened(world, _element({}))


async def test_an_unknown_element_is_answered_by_those_that_there_are(world: BitrixWorld) -> None:
    with pytest.raises(ConfigError, match="Activity_1"):
        await _opened(world, Element(_element({}).diagram, "Activity_2", {}))


async def test_a_call_shows_its_parameters(world: BitrixWorld) -> None:
    text = diagram(FORMS["data_processing"], {"source": "rows", "limit": "3"})
    async with DATA.open(None, world.clock) as system:
        shown = await preview(system, Element(text.encode(), "Activity_1", {}))

    assert isinstance(system, OpenSystem)
    assert (shown.explained.fields["source"], shown.explained.fields["limit"]) == ("rows", 3)


def test_the_command_shows_a_task_on_the_stand_in(tmp_path: Path) -> None:
    file, variables = tmp_path / "d.bpmn", tmp_path / "v.json"
    file.write_bytes(_element({"title": "Проверить счёт"}).diagram)
    variables.write_text(json.dumps({"startedBy": CLERK}), encoding="utf-8")
    command = ["preview", "bitrix24", "--diagram", str(file), "--element", "Activity_1", "--vars", str(variables)]

    text = CliRunner().invoke(app, [*command, "--sandbox"])
    whole = CliRunner().invoke(app, [*command, "--sandbox", "--format", "json"])

    assert "TITLE: Проверить счёт" in text.output
    assert f"RESPONSIBLE_ID: Кузнецова Мария ({CLERK})" in text.output
    assert json.loads(whole.output)["fields"]["RESPONSIBLE_ID"] == CLERK
