import json

import pytest
from lxml import etree

from exchanger.domain.errors import Reject
from exchanger.storm import Assignee, Severity, convert, read_assignees
from exchanger.storm.checklists import Checklist, TaskReference
from tests.storm.source import INFO, Result, convert_text, document, process

XML = document(process("start s; task a; task b; end e", "s>a; a>b; b>e"))


def test_an_assignee_and_lists_become_properties() -> None:
    record = Assignee("a", "Юрист", "17", "<p>ЧЕКЛИСТ: Дела</p><ul><li>Раз</li><li>Два</li></ul>")
    properties = convert_text(XML, assignees=(record,)).properties("a")
    assert properties["assigneeName"] == "Юрист"
    assert properties["assigneeId"] == "17"
    assert json.loads(properties["checklists"]) == [{"name": "Дела", "items": ["Раз", "Два"]}]


def test_a_link_to_a_task_is_left_for_later() -> None:
    record = Assignee("a", description="ЧЕКЛИСТ: https://portal.example/company/personal/user/1/tasks/task/view/480/")
    assert json.loads(convert_text(XML, assignees=(record,)).properties("a")["checklistTasks"]) == [480]


def test_the_first_record_counts_and_the_second_is_doubted() -> None:
    result = convert_text(XML, assignees=(Assignee("a", "Первый", "1"), Assignee("a", "Второй", "2")))
    assert result.properties("a")["assigneeId"] == "1"
    assert "Второй" in result.found(Severity.DOUBT, "a")[0].what


def test_an_assignee_of_an_element_that_is_not_there_is_doubted() -> None:
    assert convert_text(XML, assignees=(Assignee("gone", "Некто"),)).found(Severity.DOUBT, "gone")


def test_storm_s_own_attribute_is_used_where_no_record_is() -> None:
    inside = '<bpmn:task id="x" storm:StormAssignee="31"/><bpmn:task id="y" storm:StormAssignee="null"/>'
    result = convert_text(document(process("start s", "s>x; x>y", inside=inside)))
    assert result.properties("x") == {"assigneeId": "31"}
    assert result.properties("y") == {}


def test_records_with_empty_fields_are_read() -> None:
    body = json.dumps(
        [{"elementId": "a", "assigneeName": None, "assigneeId": 5, "description": None}, {"elementId": None}, 7]
    )
    assert read_assignees(body.encode()) == (Assignee("a", "", "5", ""),)


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b"\xff"])
def test_a_body_that_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(Reject, match="ответственных"):
        read_assignees(body)


def test_check_lists_of_a_named_task_are_taken_and_the_reference_goes() -> None:
    url = "https://portal.example/company/personal/user/1/tasks/task/view/480/"
    record = Assignee("a", description=f'<p>ЧЕКЛИСТ: <a href="{url}">задача</a></p><p>ЧЕКЛИСТ: Своё • раз • два</p>')
    lists = {TaskReference(480, url): (Checklist("Своё", ("чужое",)), Checklist("Дела", ("первое", "второе")))}
    without = convert(XML, diagram=INFO, assignees=(record,))
    assert [each.what for each in without.report.doubts] == ["Чек-листы задачи Bitrix24 480 не подставлены."]
    made = convert(without.xml, diagram=INFO, assignees=(record,), task_lists=lists)
    properties = Result(made, etree.fromstring(made.xml)).properties("a")
    assert json.loads(properties["checklists"]) == [
        {"name": "Своё", "items": ["раз", "два"]},
        {"name": "Дела", "items": ["первое", "второе"]},
    ]
    assert "checklistTasks" not in properties
    assert made.report.doubts == ()
    assert convert(made.xml, diagram=INFO, assignees=(record,), task_lists=lists).xml == made.xml
