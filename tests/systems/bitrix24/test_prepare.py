"""Fields by the priorities of the predecessor's interfaces (§5.3-5.4), on a portal without templates."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from exchanger.domain.errors import Reject
from exchanger.domain.variables import Variable, VariableType
from exchanger.systems.bitrix24.content.checklist import CheckItem
from exchanger.systems.bitrix24.prepare import prepare
from exchanger.systems.bitrix24.settings import BitrixOptions
from tests.systems.bitrix24.world import order

OPTIONS = BitrixOptions(webhook_url="https://portal.example/rest/1/abc/")
ANYONE = {"startedBy": 107}


def made(variables: dict[str, Any] | None = None, options: BitrixOptions = OPTIONS, **metadata: Any) -> Any:
    return prepare(order(variables=ANYONE if variables is None else variables, **metadata), options)


TABLE: list[tuple[str, dict[str, Any], dict[str, Any], str, Any]] = [
    # name, variables, metadata, parameter, expected
    ("the element's name is the title", {}, {}, "title", "Согласовать договор"),
    ("a nameless element", {}, {"activity_name": " "}, "title", "Задача из Camunda процесса (bitrix_create_task)"),
    ("a title of the diagram", {}, {"extension_properties": {"title": "Иное"}}, "title", "Иное"),
    (
        "an input parameter beats an extension property, by its evaluated value",
        {"title": "Счёт 7"},
        {"input_parameters": {"title": "Счёт ${number}"}, "extension_properties": {"title": "Иное"}},
        "title",
        "Счёт 7",
    ),
    ("a process variable is not a title", {"title": "чужая"}, {}, "title", "Согласовать договор"),
    ("responsible by number", {}, {"extension_properties": {"responsible": "12"}}, "responsible", "12"),
    ("responsible by e-mail", {}, {"extension_properties": {"responsibleEmail": "a@b.ru"}}, "responsible", "a@b.ru"),
    ("responsible from a variable", {"responsible": 12}, {}, "responsible", "12"),
    (
        "the diagram's responsible beats the variable",
        {"responsible": 12},
        {"extension_properties": {"responsibleEmail": "a@b.ru"}},
        "responsible",
        "a@b.ru",
    ),
    ("assigneeId that may be an employee", {}, {"extension_properties": {"assigneeId": "15"}}, "assignee", "15"),
    ("assigneeId of another world", {}, {"extension_properties": {"assigneeId": "Начальник"}}, "assignee", None),
    ("startedBy as a wrapped value", {"startedBy": {"value": "107"}}, {}, "initiator", "107"),
    ("startedBy of the engine's own users", {"startedBy": "demo", "responsible": 3}, {}, "initiator", None),
    ("creator of the diagram", {}, {"extension_properties": {"creator": "5"}}, "creator", "5"),
    (
        "originatorId only when nobody started it",
        {"responsible": 3},
        {"process_properties": {"originatorId": "9"}},
        "creator",
        "9",
    ),
    (
        "startedBy beats originatorId",
        {"startedBy": 107},
        {"process_properties": {"originatorId": "9"}},
        "creator",
        None,
    ),
    ("group of the element", {"groupId": 3}, {"extension_properties": {"groupId": "4"}}, "group_id", 4),
    ("group of the process variable", {"groupId": "3"}, {"process_properties": {"groupId": "10"}}, "group_id", 3),
    ("group of the process property", {}, {"process_properties": {"groupId": "10"}}, "group_id", 10),
    ("group zero is no group", {"groupId": 0}, {}, "group_id", None),
    ("parent task", {"parentTaskId": "55"}, {}, "parent_task_id", 55),
    ("diagramOwner watches", {"diagramOwner": 8}, {}, "auditors", ("8",)),
    (
        "named auditors replace diagramOwner",
        {"diagramOwner": 8},
        {"extension_properties": {"auditors": "5, a@b.ru; 5"}},
        "auditors",
        ("5", "a@b.ru"),
    ),
    ("accomplices as JSON", {}, {"extension_properties": {"accomplices": "[5, 6]"}}, "accomplices", ("5", "6")),
    ("tags are a list", {}, {"extension_properties": {"tags": "а, б,а"}}, "tags", ("а", "б")),
    ("priority by word", {}, {"extension_properties": {"priority": "высокий"}}, "priority", 2),
    ("priority not given", {}, {}, "priority", None),
    ("control", {}, {"extension_properties": {"TASK_CONTROL": "Y"}}, "control", True),
    ("result required by default", {}, {}, "result_required", True),
    ("result not required", {}, {"extension_properties": {"resultRequired": "нет"}}, "result_required", False),
    ("answer expected", {}, {"extension_properties": {"UF_RESULT_EXPECTED": "да"}}, "result_expected", True),
    ("answer not expected", {}, {"extension_properties": {"UF_RESULT_EXPECTED": "0"}}, "result_expected", False),
    ("answer not spoken of", {}, {}, "result_expected", None),
    ("question", {}, {"extension_properties": {"UF_RESULT_QUESTION": " Да? "}}, "result_question", "Да?"),
    ("the element", {}, {}, "element_id", "Activity_1"),
    ("the process", {}, {}, "process_key", "Process_1"),
    ("template by number", {}, {"extension_properties": {"templateId": "139"}}, "template_id", 139),
    ("stage", {}, {"extension_properties": {"stageId": "7"}}, "stage_id", 7),
    ("flow", {}, {"extension_properties": {"flowId": "8"}}, "flow_id", 8),
    ("CRM", {}, {"extension_properties": {"crm": "D_10, L_4"}}, "crm", ("D_10", "L_4")),
    ("files of the drive", {}, {"extension_properties": {"files": "n12, 13"}}, "files", (12, 13)),
    ("predecessors", {}, {"extension_properties": {"predecessors": '["A", "B"]'}}, "predecessors", ("A", "B")),
    ("what the element set itself", {"groupId": 7}, {"extension_properties": {"title": "Иное"}}, "given",
     frozenset({"title"})),
    ("variables go along", {"a": 1}, {}, "variables", {"startedBy": 107, "a": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "metadata", "name", "expected"), [row[1:] for row in TABLE],
                         ids=[row[0] for row in TABLE])  # fmt: skip
def test_a_parameter_comes_from_the_right_place(
    variables: dict[str, Any], metadata: dict[str, Any], name: str, expected: Any
) -> None:
    params = made(ANYONE | variables if "responsible" not in variables else variables, **metadata)
    assert getattr(params, name) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-12-31T18:00:00", datetime(2026, 12, 31, 18, 0)),  # noqa: DTZ001 - naive: the zone is the portal's
        ("2026-12-31 18:00:00", datetime(2026, 12, 31, 18, 0)),  # noqa: DTZ001
        ("2026-12-31", datetime(2026, 12, 31)),  # noqa: DTZ001
        ("31.12.2026 18:00", datetime(2026, 12, 31, 18, 0)),  # noqa: DTZ001
        ("2026-12-31T18:00:00.000+0300", datetime(2026, 12, 31, 15, 0, tzinfo=UTC)),
        ("2026-12-31T18:00:00Z", datetime(2026, 12, 31, 18, 0, tzinfo=UTC)),
        ("2026-12-31T18:00:00+03:00[Europe/Moscow]", datetime(2026, 12, 31, 15, 0, tzinfo=UTC)),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), datetime(2026, 12, 31, 15, 0, tzinfo=UTC)),
    ],
)
def test_c12_every_form_of_a_deadline_is_understood(value: Any, expected: datetime) -> None:
    assert made({**ANYONE, "deadline": value}).process_deadline == expected


def test_a_date_variable_of_the_engine_keeps_its_moment() -> None:
    moment = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)
    params = made({**ANYONE, "deadline": Variable(VariableType.DATE, moment)})
    assert params.process_deadline == moment


def test_c14_the_default_responsible_lets_an_order_without_people_through() -> None:
    options = BitrixOptions(webhook_url=OPTIONS.webhook_url, default_responsible_id=4)
    assert made({}, options).responsible is None


def test_without_anybody_the_order_may_still_have_a_template_but_a_bad_one_is_told_of_it() -> None:
    assert made({}).responsible is None
    with pytest.raises(Reject, match="responsibleEmail") as refused:
        made({}, extension_properties={"priority": "5"})
    assert "BITRIX_DEFAULT_RESPONSIBLE_ID" in str(refused.value)


LISTS = [
    (
        '[{"name": "Список", "items": ["раз", {"title": "два", "important": true, "items": ["три"]}]}]',
        (CheckItem("Список", (CheckItem("раз"), CheckItem("два", (CheckItem("три"),), important=True))),),
    ),
    ("имя • п1 • п2", (CheckItem("имя", (CheckItem("п1"), CheckItem("п2"))),)),
    ("ЧЕКЛИСТ: имя\n• п1\n- п2", (CheckItem("имя", (CheckItem("п1"), CheckItem("п2"))),)),
    ("а • 1\n\nб • 2", (CheckItem("а", (CheckItem("1"),)), CheckItem("б", (CheckItem("2"),)))),
]


@pytest.mark.parametrize(("text", "expected"), LISTS)
def test_d18_check_lists_of_a_diagram_are_json_or_one_line(text: str, expected: tuple[CheckItem, ...]) -> None:
    assert made(extension_properties={"checklists": text}).checklists == expected


@pytest.mark.parametrize("text", ['[{"items": []}]', "[1]", '[{"name": "a", "items": "b"}]', "[{"])
def test_check_lists_that_cannot_be_read_are_named(text: str) -> None:
    with pytest.raises(Reject, match="свойство расширения checklists: нужен JSON"):
        made(extension_properties={"checklists": text})


def test_all_mistakes_are_named_with_their_place_and_without_their_values() -> None:
    wrong = {"responsible": "Иванов Иван", "priority": "5", "control": "может быть", "title": "Счёт ${number}"}
    with pytest.raises(Reject) as refused:
        made({**ANYONE, "groupId": "группа", "deadline": "скоро"}, extension_properties=wrong)
    said = str(refused.value)
    for place in ("свойство расширения responsible", "свойство расширения priority", "свойство расширения control",
                  "переменная groupId", "переменная deadline", "свойство расширения title"):  # fmt: skip
        assert place in said
    assert "Иванов" not in said
    assert "скоро" not in said


def test_an_expression_in_an_extension_property_is_not_taken_for_a_text() -> None:
    with pytest.raises(Reject, match="входных параметрах"):
        made(extension_properties={"responsibleEmail": "${manager}"})
