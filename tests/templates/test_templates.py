from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import pytest
from jsonschema import Draft7Validator
from pydantic import BaseModel, Field
from typer.testing import CliRunner

from exchanger.cli import app
from exchanger.connect.template import Asked, Form, Place
from exchanger.connect.template_json import template
from exchanger.domain.routing import DEFAULT_SYSTEM, Routing
from exchanger.ops.templates import State, compared, shipped, write
from tests.docs.pages import ROOT

COMMITTED = ROOT / "examples" / "templates"
SCHEMA = json.loads((Path(__file__).parent / "schema" / "element-templates.json").read_text("utf-8"))
FORMS = {form.id: form for form in shipped()}


class Old(BaseModel):
    colour: str = Field(title="Цвет")


class New(Old):
    size: int = Field(1, title="Размер")


def _form(params: type[BaseModel]) -> Form:
    return Form("shop", "paint", "Покраска", "", params)


def _property(made: Any, name: str) -> Any:
    return next(each for each in made["properties"] if each["binding"].get("name") == name)


def test_the_committed_templates_are_those_of_the_operations() -> None:
    assert {each.path.name: each.state for each in compared(shipped(), COMMITTED)} == {
        f"{name}.json": State.SAME for name in FORMS
    }


@pytest.mark.parametrize("name", FORMS)
def test_every_template_obeys_the_schema_of_camunda_modeler(name: str) -> None:
    made = json.loads((COMMITTED / f"{name}.json").read_text("utf-8"))

    assert not list(Draft7Validator(SCHEMA).iter_errors(made))


def test_the_schema_does_judge() -> None:
    broken = {**template(_form(Old), 1), "version": "первая"}

    assert list(Draft7Validator(SCHEMA).iter_errors(broken))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_template_speaks_russian_and_serves_a_topic_that_is_routed(form: Form) -> None:
    made: Any = template(form, 1)
    shown = [each for each in made["properties"] if each["type"] != "Hidden"]

    assert Routing().system(form.topic) != DEFAULT_SYSTEM
    assert shown
    for label in [made["name"], *(each["label"] for each in shown), *(each["label"] for each in made["groups"])]:
        assert any("а" <= letter <= "я" for letter in label.lower()), label
    assert len({each["binding"]["name"] for each in shown}) == len(shown)


def test_a_changed_form_gets_the_next_version_and_an_unchanged_one_keeps_its_own(tmp_path: Path) -> None:
    write(compared([_form(Old)], tmp_path), tmp_path)
    assert [each.state for each in compared([_form(Old)], tmp_path)] == [State.SAME]

    changed = compared([_form(New)], tmp_path)
    write(changed, tmp_path)

    assert [(each.state, each.version) for each in changed] == [(State.CHANGED, 2)]
    assert json.loads((tmp_path / "exchanger.shop.paint.json").read_text("utf-8"))["version"] == 2
    assert [each.state for each in compared([], tmp_path)] == [State.EXTRA]


def test_a_mark_says_the_name_the_place_and_that_a_value_may_be_left_out() -> None:
    class Marked(BaseModel):
        title: Annotated[str, Asked("taskTitle", place=Place.PROPERTY, required=False)] = Field(min_length=1)
        loud: bool = Field(default=True, title="Громко")

    made = template(_form(Marked), 1)

    title, loud = _property(made, "taskTitle"), _property(made, "loud")
    assert title["binding"]["type"] == "camunda:property"
    assert "constraints" not in title
    assert loud["choices"][0] == {"name": "не задано (да)", "value": ""}


def test_the_command_builds_and_says_what_differs(tmp_path: Path) -> None:
    run = CliRunner().invoke

    assert run(app, ["templates", "check", "-o", str(tmp_path)]).exit_code == 1
    assert run(app, ["templates", "build", "-o", str(tmp_path)]).exit_code == 0
    assert run(app, ["templates", "check", "-o", str(tmp_path)]).exit_code == 0
    (tmp_path / "exchanger.bitrix24.bitrix_create_task.json").write_text('{"version": 7}', encoding="utf-8")
    checked = run(app, ["templates", "check", "-o", str(tmp_path)])
    assert checked.exit_code == 1
    assert "bitrix_create_task" in checked.output
