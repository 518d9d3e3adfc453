"""The add-on of existing users: the envelope, the loose types of PHP, resolvers, questionnaires, links."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchanger.sandbox.bitrix24 import Portal
from exchanger.sandbox.bitrix24.module import Diagram, Element, Property
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, ENGINEER, HEAD
from exchanger.sandbox.bitrix24.templates import Item, Member, Question, Questionnaire, Template
from tests.sandbox.bitrix24.client import Client

TEMPLATE = Template(
    139,
    "Шаблон",
    fields={"PRIORITY": 2, "CREATED_BY": 0},
    members=(Member("R", ENGINEER), Member("A", resolver="supervisor"), Member("U", resolver="by_email")),
    tags=("а",),
    items=(Item(1, "Лист"), Item(2, "Пункт", parent=1, important=True, members={CLERK: "A"})),
    questionnaires=(Questionnaire(7, "onboarding", "Анкета", (Question("FIO", "ФИО"),)),),
)


@pytest.fixture
def portal(portal: Portal) -> Portal:
    portal.build = replace(portal.build, addon=True)
    portal.templates[TEMPLATE.id] = TEMPLATE
    element = Element("Activity_1", "Дело", TEMPLATE.id, ("Activity_0",))
    portal.module.load(Diagram(5, "P", properties=(Property("a", "А", "boolean", 10),), elements=(element,)))
    return portal


async def test_without_the_add_on_its_methods_do_not_exist(client: Client, portal: Portal) -> None:
    portal.build = replace(portal.build, addon=False)
    assert await client.error("imena.camunda.sync", {}) == (404, "ERROR_METHOD_NOT_FOUND")
    assert not [name for name in await client.result("methods") if name.startswith("imena.")]


async def test_a_template_comes_by_process_and_element_with_numbers_as_strings(client: Client) -> None:
    given = {"startedBy": CLERK, "assigneeEmail": "OLGA.popova@portal.example"}
    params = {"camundaProcessId": "P", "elementId": "Activity_1", "processVariables": given}
    reply = await client.result("imena.camunda.tasktemplate.get", params)
    data = reply["data"]
    assert reply["success"] is True
    assert (data["template"]["ID"], data["template"]["PRIORITY"], data["files"]) == ("139", "2", False)
    found = {kind: rows and [row["USER_ID"] for row in rows] for kind, rows in data["members"]["by_type"].items()}
    assert found == {"O": False, "R": [str(ENGINEER)], "A": [str(HEAD)], "U": ["5"]}
    assert [(each["tree"]["level"], each["members"]) for each in data["checklists"]["items"]] == [
        ("0", False),
        ("1", [{"USER_ID": str(CLERK), "TYPE": "A"}]),
    ]


async def test_resolvers_without_variables_find_nobody(client: Client) -> None:
    reply = await client.result("imena.camunda.tasktemplate.get", {"templateId": 139})
    assert reply["data"]["members"]["by_type"]["A"] is False


async def test_an_exact_portal_keeps_types(client: Client, portal: Portal) -> None:
    portal.build = replace(portal.build, loose=False)
    data = (await client.result("imena.camunda.tasktemplate.get", {"templateId": "139"}))["data"]
    assert (data["template"]["ID"], data["files"]) == (139, [])


async def test_what_is_unknown_is_a_failure_with_code_200(client: Client) -> None:
    for method, params in (
        ("tasktemplate.get", {"camundaProcessId": "P", "elementId": "нет"}),
        ("diagram.responsible.get", {"camundaProcessId": "P", "elementId": "нет"}),
        ("diagram.properties.list", {"camundaProcessId": "нет"}),
        ("task.questionnaire.list", {"taskId": 404}),
    ):
        reply = await client.result(f"imena.camunda.{method}", params)
        assert (reply["success"], bool(reply["error"])) == (False, True)


async def test_diagrams_tell_their_elements_and_properties(client: Client) -> None:
    listed = (await client.result("imena.camunda.diagram.responsible.list", {"camundaProcessId": "P"}))["data"]
    (row,) = listed["responsibles"]
    assert (row["TEMPLATE_ID"], row["PREDECESSOR_IDS"]) == ("139", ["Activity_0"])
    one = (await client.result("imena.camunda.diagram.responsible.get", {"diagramId": 5, "elementId": "Activity_1"}))[
        "data"
    ]
    assert one["responsible"] == row
    shown = (await client.result("imena.camunda.diagram.properties.list", {"camundaProcessId": "P"}))["data"]
    assert [(each["CODE"], each["TYPE"]) for each in shown["properties"]] == [("a", "boolean")]


async def test_questionnaires_are_stored_and_doubled_by_a_repetition(client: Client) -> None:
    await client.add()
    given = [{"CODE": "q", "TITLE": "Анкета", "questions": [{"CODE": "FIO", "NAME": "ФИО"}]}]
    for _ in range(2):
        await client.result("imena.camunda.task.questionnaire.add", {"taskId": 1, "questionnaires": given})
    data = (await client.result("imena.camunda.task.questionnaire.list", {"taskId": 1}))["data"]
    assert [row["CODE"] for row in data["items"]] == ["q", "q"]
    assert data["items"][0]["questions"][0]["answer"] is None


async def test_a_dependency_is_made_once(client: Client, portal: Portal) -> None:
    for _ in range(2):
        await client.add()
    link = {"taskId": 2, "dependsOnId": 1}
    assert (await client.result("imena.camunda.task.dependency.add", link))["data"]["type"] == "2"
    assert (await client.result("imena.camunda.task.dependency.add", link))["success"] is False
    assert portal.module.links == {(2, 1)}


async def test_sync_is_remembered(client: Client, portal: Portal) -> None:
    await client.result("imena.camunda.sync", {"processDefinitionKey": "P", "processInstanceId": "i"})
    assert portal.module.synced == [("P", "i")]


async def test_stock_templates_keep_people_serialized_and_lists_by_number(client: Client, portal: Portal) -> None:
    row = await client.result("tasks.template.get", {"templateId": 139})
    assert (row["RESPONSIBLE_ID"], row["RESPONSIBLES"], row["AUDITORS"]) == (
        str(ENGINEER),
        'a:1:{i:0;s:1:"4";}',
        "a:0:{}",
    )
    items = (await client.result("tasks.template.checklist.list", {"templateId": 139}))["checkListItems"]
    assert [(key, each["parentId"], each["isImportant"]) for key, each in items.items()] == [
        ("2", "1", "Y"),
        ("1", 0, "N"),
    ]
    assert await client.result("tasks.template.get", {"templateId": 1}) is False


async def test_user_fields_of_the_add_on_have_no_envelope(client: Client) -> None:
    assert (await client.result("imena.camunda.userfield.exists", {"fieldId": 104})) == {"exists": True}
    found = (await client.result("imena.camunda.userfield.get", {"fieldId": 104}))["userField"]
    assert found["FIELD_NAME"] == "UF_RESULT_ANSWER"
    assert (await client.result("imena.camunda.userfield.stats"))["total"] == 6
    assert ADMIN == 1
