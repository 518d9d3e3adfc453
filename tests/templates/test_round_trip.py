"""What a designer types into a form is what the operation reads, through a real BPMN text and a real engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from secrets import token_hex
from typing import Any

import pytest
from pydantic import BaseModel

from exchanger.connect import bind
from exchanger.connect.template import Form
from exchanger.connect.template_json import template
from exchanger.domain.errors import Reject
from exchanger.domain.task import ExternalTask, Order
from exchanger.domain.typed import typed
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.engine.metadata import BpmnMetadata
from exchanger.ops.templates import shipped
from exchanger.sandbox.engine import EngineProcess
from exchanger.systems.bitrix24.prepare import prepare as bitrix24
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.systems.openproject.prepare import prepare as openproject
from exchanger.telemetry.clock import SystemClock
from tests.templates.modeler import diagram, names

OPTIONS = BitrixOptions(webhook_url="https://portal.example/rest/1/secret/", default_responsible_id=1)
FORMS = {form.topic: form for form in shipped()}

GUID = "11111111-0000-4000-8000-000000000001"
FILLED: Mapping[str, str] = {
    "title": "Название <&>", "description": "строка\nвторая", "taskResponsible": "7", "taskCreator": "boss@example.ru",
    "taskDeadline": "2030-01-02T03:04:05", "priority": "2", "taskGroup": "3", "taskParent": "4", "auditors": "5, 6",
    "accomplices": "8", "tags": "а, б", "control": "true", "resultRequired": "false", "UF_RESULT_EXPECTED": "true",
    "UF_RESULT_QUESTION": "Да?", "UF_RESULT_ANSWERS": "Да, Нет", "group": "Продажи", "supervisorAs": "наблюдатель",
    "questionnaires": '[{"code": "a", "title": "А", "questions": [{"code": "b", "name": "Б"}]}]',
    "plannedStart": "2030-01-02", "plannedEnd": "2030-01-03", "timeEstimate": "1,5", "timeTracking": "true",
    "allowChangeDeadline": "true", "datesFromSubtasks": "true", "completeWithSubtasks": "true",
    "templateId": "9", "stageId": "10", "flowId": "11", "crm": "D_1", "files": "12",
    "checklists": "Список • пункт", "predecessors": "Activity_0", "subject": "Тема", "project": "shop", "type": "Task",
    "status": "New", "taskAssignee": "ivan", "parent": "2", "startDate": "2030-01-02", "dueDate": "2030-01-03",
    "date": "2030-01-04", "duration": "3", "estimatedTime": "5", "customFields": '{"Цвет": "красный"}',
    "watchers": "anna", "relations": "follows:12", "comment": "привет", "notify": "false", "to": "a@example.ru",
    "cc": "b@example.ru", "bcc": "c@example.ru", "reply_to": "d@example.ru", "text": "текст", "html": "<p>т</p>",
    "attachments": '[{"name": "a.txt", "text": "т"}]', "chat": "@chat", "format": "html", "silent": "true",
    "path": "a/b.txt", "content": "т", "base64": "dA==", "variable": "v", "link": "true", "action": "file",
    "url": "https://example.ru", "method": "POST", "query": '{"q": "1"}', "headers": '{"h": "1"}', "body": '{"b": 1}',
    "body_text": "т", "result": "итог", "source": "rows", "delimiter": ";", "encoding": "windows-1251",
    "file_name": "f.csv", "where": '{"город": "Москва"}', "sort_by": "-город", "limit": "3", "totals": "сумма",
    "columns": '{"a": "b"}', "taskId": "5", "dealId": "6", "fields": '{"UF_CRM_1": "а"}', "stage": "NEW",
    "amount": "1.50", "currency": "RUB", "contact": "7", "company": "8", "assigned": "9", "comments": "к",
    "category": "2", "taskSubject": "Тема", "taskDescription": "т", "taskStatus": "New", "taskPriority": "High",
    "taskStart": "2030-01-02", "taskDue": "2030-01-03", "taskDuration": "3", "taskEstimated": "5",
    "taskCustom": '{"Цвет": "красный"}', "taskComment": "привет", "taskNotify": "false",
    "projectName": "Стройка", "projectDescription": "т", "projectParent": "main", "projectStatus": "on_track",
    "projectStatusText": "т", "projectPublic": "true", "projectCustom": '{"Заказчик": "а"}',
    "taskAuthor": "Инженер Игорь", "taskImportance": "Высокая", "taskFields": '{"Цвет": "1"}',
    "taskAboutRef": GUID, "taskAboutSet": "Document_Заказ", "resultFields": "v=Результат", "document": "Заказ",
    "documentFields": '{"Комментарий": "к"}', "documentDate": "2030-01-02", "postDocument": "true",
    "documentRef": GUID, "counterpartyName": "ООО", "counterpartyFullName": "Общество", "inn": "7701234567",
    "kpp": "770101001", "counterpartyFields": '{"Цвет": "1"}', "onecSet": "Catalog_Т", "rowLimit": "3",
    "items": '[{"Артикул": "1"}]', "matchBy": "Артикул",
    "name": "Анна", "secondName": "П", "lastName": "О", "phone": "+7", "email": "o@example.ru",
}  # fmt: skip
PARTICULAR: Mapping[str, Mapping[str, str]] = {
    "file_processing": {"action": "write", "format": "json"},
    "python": {"result": '{"v": "a.b"}'},
    "1c_sync_data": {"columns": "Артикул"},
    "op_create_task": {"attachments": "scan, note"},
    "op_create_milestone": {"attachments": "scan, note"},
}


def filled(form: Form) -> dict[str, str]:
    return {name: {**FILLED, **PARTICULAR.get(form.topic, {})}[name] for name in names(template(form, 1))}


def order(form: Form, values: Mapping[str, str], variables: Mapping[str, Any]) -> Order:
    """As the engine shows it: each input parameter is a variable, an empty one hides that of the process."""
    metadata = BpmnMetadata.parse(diagram(template(form, 1), values).encode()).of("Activity_1")
    local = {name: value or None for name, value in metadata.input_parameters.items()}
    task = ExternalTask("t", form.topic, "i", "d", "Process_form", "Activity_1")
    return Order(task, form.system, {name: typed(value) for name, value in {**variables, **local}.items()}, metadata)


def read(form: Form, made: Order) -> BaseModel:
    if form.system == "bitrix24":
        return bitrix24(made, OPTIONS) if form.topic == "bitrix_create_task" else bind(form.params, made)
    return bind(form.params, made) if form.params is not CreateTaskParams else openproject(made)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_field_of_a_form_reaches_the_operation(form: Form) -> None:
    given = filled(form)
    whole = read(form, order(form, given, {}))
    unread = []

    for name in given:
        required = {each.name for each in form.questions() if each.required}
        if name not in required and _same(form, {**given, name: ""}, whole):
            unread.append(name)

    assert not unread


def _same(form: Form, values: Mapping[str, str], whole: BaseModel) -> bool:
    try:
        return read(form, order(form, values, {})) == whole
    except Reject:  # fields that go together: without its pair each is noticed
        return False


def test_an_empty_form_changes_nothing_for_a_task_of_bitrix24() -> None:
    form = FORMS["bitrix_create_task"]
    process: dict[str, Any] = {
        "responsible": 7,
        "creator": 8,
        "deadline": "2030-01-01",
        "groupId": 3,
        "parentTaskId": 77,
    }
    bare = Order(order(form, {}, {}).task, form.system, {name: typed(value) for name, value in process.items()})

    through_form = bitrix24(order(form, {}, process), OPTIONS)
    without = bitrix24(bare, OPTIONS)

    ignored = {"title": "", "variables": {}}
    assert through_form.model_copy(update=ignored) == without.model_copy(update=ignored)


def test_an_empty_form_changes_nothing_for_a_package_of_openproject() -> None:
    form = FORMS["op_create_task"]
    process: dict[str, Any] = {"assignee": "ivan", "responsible": "anna", "deadline": "2030-01-01", "op_project_id": 3}
    bare = Order(order(form, {}, {}).task, form.system, {name: typed(value) for name, value in process.items()})

    assert openproject(order(form, {}, process)).model_copy(update={"subject": ""}) == openproject(bare).model_copy(
        update={"subject": ""}
    )


def test_an_empty_form_changes_nothing_for_a_task_of_1c() -> None:
    form = FORMS["1c_create_task"]
    process: dict[str, Any] = {
        "subject": "Тема",
        "description": "Текст",
        "assignee": "Клерк",
        "author": "Инженер",
        "deadline": "2030-01-01",
        "importance": "Высокая",
        "aboutRef": GUID,
        "aboutSet": "Document_Заказ",
    }
    bare = Order(order(form, {}, {}).task, form.system, {name: typed(value) for name, value in process.items()})

    assert bind(form.params, order(form, {}, process)) == bind(form.params, bare)
    assert bind(form.params, bare) != bind(form.params, order(form, {}, {}))


async def test_a_real_engine_evaluates_a_form_and_its_empty_fields_hide_no_process_variable(
    camunda: EngineProcess,
) -> None:
    form, topic = FORMS["bitrix_create_task"], f"form-{token_hex(4)}"
    process: dict[str, Any] = {
        "lawyer": 107,
        "groupId": 3,
        "deadline": "2030-01-01T10:00:00",
        "parentTaskId": 77,
        "startedBy": 5,
    }
    text = diagram(template(form, 1), {"taskResponsible": "${lawyer}", "tags": "а, б"}).replace(form.topic, topic)
    text = text.replace("Process_form", topic)
    async with RestEngine(EngineConnection(camunda.url, "form-worker"), SystemClock()) as engine:
        await engine.admin.deploy(topic, {"form.bpmn": text.encode()})
        instance = await engine.admin.start(topic, {name: typed(value) for name, value in process.items()})

        wait = timedelta(seconds=20)
        (fetched,) = await engine.fetch([topic], limit=1, lease=wait, wait=wait)
        metadata = BpmnMetadata.parse(text.encode()).of("Activity_1")
        params = bitrix24(Order(fetched.task, form.system, fetched.variables, metadata), OPTIONS)

        assert (params.responsible, params.tags, params.group_id, params.parent_task_id) == ("107", ("а", "б"), 3, 77)
        assert params.process_deadline is not None
        assert params.deadline is None
        await engine.admin.delete(instance)
