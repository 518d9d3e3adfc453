"""Ответственные: кто и какие чек-листы — свойствами внешних задач."""

from __future__ import annotations

import json
from collections import defaultdict

from lxml import etree

from exchanger.storm.checklists import Found, as_property, read_checklists
from exchanger.storm.context import Context
from exchanger.storm.model import drop_property, set_property
from exchanger.storm.names import ACTIVITIES, STORM, Element, bpmn, ident
from exchanger.storm.passes.tasks import is_external
from exchanger.storm.policy import Assignee

REFERENCES = "checklistTasks"
"""Свойство: номера задач Bitrix24, чьи чек-листы ещё не подставлены."""


def assign(context: Context) -> None:
    """Проход: свойства assigneeName, assigneeId, checklists; первая запись элемента — главная."""
    records: dict[str, list[Assignee]] = defaultdict(list)
    for record in context.assignees:
        records[record.element_id].append(record)
    for task in context.model.nodes("serviceTask"):
        if is_external(task):
            _assign(context, task, records[ident(task)] or _drawn(task))
    _report_strangers(context, records)


def _drawn(task: Element) -> list[Assignee]:
    """Ответственный, записанный самим StormBPMN в атрибуте элемента."""
    assignee = task.get(f"{{{STORM}}}StormAssignee", "")
    return [Assignee(ident(task), id=assignee)] if assignee not in {"", "null"} else []


def _assign(context: Context, task: Element, records: list[Assignee]) -> None:
    for name, value in (("assigneeName", "name"), ("assigneeId", "id")):
        given = next((str(getattr(record, value)) for record in records[:1] if getattr(record, value)), "")
        if given:
            set_property(task, name, given)
    for record in records[1:]:
        context.found.doubt(
            task, f"Ответственных несколько: «{record.name or record.id}» не учтён.", "оставьте одного."
        )
    _check_lists(context, task, read_checklists("\n".join(record.description for record in records)))


def _check_lists(context: Context, task: Element, found: Found) -> None:
    """The first list of a name counts; what a task of Bitrix24 holds comes after what the description says."""
    lists = {each.name: each for each in found.lists}
    missing = [each for each in found.references if each not in context.task_lists]
    for reference in found.references:
        for each in context.task_lists.get(reference, ()):
            lists.setdefault(each.name, each)
    if lists:
        set_property(task, "checklists", as_property(lists.values()))
    if missing:
        set_property(task, REFERENCES, json.dumps([each.task_id for each in missing]))
    elif found.references:
        drop_property(task, REFERENCES)
    for reference in missing:
        what = f"Чек-листы задачи Bitrix24 {reference.task_id} не подставлены."
        context.found.doubt(task, what, "проверьте ссылку и BITRIX_WEBHOOK_URL, перенесите ещё раз.")


def _report_strangers(context: Context, records: dict[str, list[Assignee]]) -> None:
    for element_id, assigned in records.items():
        element = context.model.get(element_id)
        for record in assigned:
            if element is None:
                stranger = etree.Element(bpmn("task"), {"id": element_id})
                context.found.doubt(
                    stranger, f"Ответственный «{record.name or record.id}» назначен элементу, которого нет."
                )
            elif element.tag in {bpmn(kind) for kind in ACTIVITIES} and not is_external(element):
                context.found.loss(
                    element, f"Ответственный «{record.name or record.id}» не записан: это не внешняя задача."
                )
