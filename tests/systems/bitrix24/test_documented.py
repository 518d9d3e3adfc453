"""The names that the page promises are those of the form, and the operation reads each of them."""

from __future__ import annotations

import re

import pytest

from exchanger.connect import Intent
from exchanger.connect.template import Place
from exchanger.systems.bitrix24 import scopes
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.errors import to_error
from exchanger.systems.bitrix24.forms import FORMS
from exchanger.systems.bitrix24.prepare import prepare
from exchanger.systems.bitrix24.settings import BitrixOptions
from tests.docs.pages import ROOT
from tests.systems.bitrix24.world import order

PAGE = (ROOT / "docs/how-to/bitrix24.md").read_text("utf-8")
SECTION = PAGE.partition("## 3. Что задаёт диаграмма")[2].partition("### ")[0]
ROWS = [re.findall(r"`([^`]+)`", line.split("|")[1]) for line in SECTION.splitlines() if line.startswith("| `")]
DOCUMENTED = [name for row in ROWS for name in row]
RENAMED = {
    "taskResponsible": "responsible", "taskCreator": "creator", "taskDeadline": "deadline", "taskGroup": "groupId",
    "taskParent": "parentTaskId",
}  # fmt: skip
ALIASES = {"responsibleEmail", "creatorEmail", "TASK_CONTROL", "UF_CRM_TASK"}
"""Names of the predecessor: read, but a form needs no second field for them."""
VALUES = {
    "responsible": "7", "responsibleEmail": "a@example.ru", "creator": "7", "creatorEmail": "a@example.ru",
    "deadline": "2030-01-02", "priority": "2", "groupId": "3", "parentTaskId": "4", "auditors": "5",
    "accomplices": "6", "control": "да", "TASK_CONTROL": "Y", "templateId": "9", "stageId": "10", "flowId": "11",
    "plannedStart": "2030-01-02", "plannedEnd": "2030-01-03", "timeEstimate": "1,5", "timeTracking": "да",
    "allowChangeDeadline": "да", "datesFromSubtasks": "да", "completeWithSubtasks": "да",
    "files": "12", "supervisorAs": "наблюдатель",
    "questionnaires": '[{"code": "a", "title": "А", "questions": [{"code": "b", "name": "Б"}]}]',
    "resultRequired": "нет", "UF_RESULT_EXPECTED": "да",
}  # fmt: skip
_FORM = next(form for form in FORMS if form.topic == "bitrix_create_task")
IN_FORM = {RENAMED.get(question.name, question.name): question for question in _FORM.questions()}


def test_the_form_and_the_page_have_the_same_names() -> None:
    assert len(ROWS) > 20
    assert sorted(IN_FORM) == sorted(set(DOCUMENTED) - ALIASES)
    assert all(f"`{name}`" in SECTION for name in RENAMED), "the page tells how the form names them otherwise"


@pytest.mark.parametrize("name", [*DOCUMENTED, *RENAMED])
@pytest.mark.parametrize("place", list(Place))
def test_every_documented_name_is_read_from_both_places(name: str, place: Place) -> None:
    options = BitrixOptions(webhook_url="https://portal.example/rest/1/secret/")
    values = {name: VALUES.get(RENAMED.get(name, name), "слово")}
    given = order(input_parameters=values) if place is Place.INPUT else order(extension_properties=values)
    assert prepare(given, options) != prepare(order(), options)


def test_the_page_and_the_refusal_name_every_right_that_is_used() -> None:
    named = PAGE.partition("## 1. Вебхук")[2].partition("Лучше")[0]
    refused = to_error(PortalFault(403, "insufficient_scope", ""), "crm.deal.add", Intent.CREATE)
    for scope in (*scopes.REQUIRED, *scopes.USEFUL):
        assert f"`{scope}`" in named
        assert scope in (refused.remedy or "")


def test_an_answer_to_the_process_is_set_by_properties_which_need_no_engine() -> None:
    properties = {name for name, question in IN_FORM.items() if question.place is Place.PROPERTY}
    assert properties == {"UF_RESULT_EXPECTED", "UF_RESULT_ANSWERS"}
