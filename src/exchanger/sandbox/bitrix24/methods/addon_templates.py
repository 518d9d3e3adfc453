"""imena.camunda.tasktemplate.*: шаблон элемента с участниками, вычисленными по переменным процесса."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.methods.addon import diagram_of, failure, success
from exchanger.sandbox.bitrix24.module import RESOLVERS, resolve
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply
from exchanger.sandbox.bitrix24.templates import Item, Member, Question, Questionnaire, Template

_KINDS = ("O", "R", "A", "U")


@V2.method("imena.camunda.tasktemplate.get", "task", addon=True)
def get(call: Call) -> Reply:
    """Шаблон по процессу и элементу либо по своему номеру (templateId)."""
    number = php.as_int(call.get("templateId")) or _by_element(call)
    found = call.portal.templates.get(number)
    if found is None:
        return failure("Task template not found")
    questionnaires = [_questionnaire(found, each) for each in found.questionnaires]
    shown = [_questionnaire(found, each) for each in found.in_description]
    data = {
        "template": {"ID": found.id, "TITLE": found.title, "DESCRIPTION": found.description} | found.fields,
        "members": _members(call, found),
        "tags": [{"ID": place, "TEMPLATE_ID": found.id, "NAME": name} for place, name in enumerate(found.tags, 1)],
        "checklists": {"items": [_item(found, each) for each in found.items], "total": len(found.items),
                       "has_tree": True},
        "files": [_file(call, each) for each in found.files],
        "questionnaires": {"items": questionnaires, "total": len(questionnaires), "has_codes": True},
        "questionnairesInDescription": {"items": shown, "total": len(shown)},
        "meta": {"camundaProcessId": call.get("camundaProcessId"), "elementId": call.get("elementId"),
                 "templateId": found.id},
    }  # fmt: skip
    return success(call, data)


def _by_element(call: Call) -> int:
    diagram = diagram_of(call)
    element = diagram.element(php.as_text(call.get("elementId"))) if diagram is not None else None
    return (element.template_id or 0) if element is not None and element.bound else 0


def _members(call: Call, found: Template) -> dict[str, Any]:
    variables = php.as_map(call.get("processVariables"))
    rows = [_member(call, found, place, each, variables) for place, each in enumerate(found.members, start=1)]
    rows = [row for row in rows if row["USER_ID"] or row["ACCESS_CODE"]]
    return {"all": rows, "by_type": {kind: [row for row in rows if row["TYPE"] == kind] for kind in _KINDS}}


def _member(call: Call, found: Template, place: int, member: Member, variables: dict[str, Any]) -> dict[str, Any]:
    user_id = resolve(call.portal, member.resolver, variables) if member.resolver else member.user_id
    code = member.code or (f"U{user_id}" if user_id else "")
    return {"ID": place, "TEMPLATE_ID": found.id, "USER_ID": user_id, "TYPE": member.kind, "ACCESS_CODE": code}


def _item(found: Template, item: Item) -> dict[str, Any]:
    row = {"ID": item.id, "TITLE": item.title, "CHECKED": "Y" if item.checked else "N",
           "IS_IMPORTANT": "Y" if item.important else "N", "SORT": item.sort}  # fmt: skip
    members = [{"USER_ID": number, "TYPE": kind} for number, kind in item.members.items()]
    tree = {"parent_id": item.parent, "child_ids": found.child_ids(item), "level": found.level(item)}
    return {"item": row, "members": members, "tree": tree}


def _file(call: Call, file_id: int) -> dict[str, Any]:
    known = call.portal.drive.files.get(file_id)
    return {"ID": file_id + 5000, "OBJECT_ID": file_id, "NAME": known.name if known else "", "URL": f"/disk/{file_id}"}


def _questionnaire(found: Template, each: Questionnaire) -> dict[str, Any]:
    questions = [_question(place, question) for place, question in enumerate(each.questions, start=1)]
    return {"ID": each.id, "TEMPLATE_ID": found.id, "CODE": each.code, "TITLE": each.title, "SORT": each.sort,
            "questions": questions}  # fmt: skip


def _question(place: int, question: Question) -> dict[str, Any]:
    return {
        "ID": place,
        "CODE": question.code,
        "NAME": question.name,
        "TYPE": question.type,
        "IS_REQUIRED": "Y" if question.required else "N",
        "SORT": place * 10,
        "DESCRIPTION": None,
        "DEFAULT_VALUE": None,
        "ENUM_OPTIONS": question.options,
        "_iblockId": question.iblock,
    }


@V2.method("imena.camunda.tasktemplate.variables", "task", addon=True)
def variables(call: Call) -> Reply:
    """Переменные, которые понимает шаблон: системные, процесса, анкет."""
    found = call.portal.templates.get(php.as_int(call.need("templateId")))
    if found is None:
        return failure("Task template not found")
    expected = [{"code": name, "name": name, "source": "system", "type": "string"}
                for member in found.members for name in RESOLVERS.get(member.resolver, ())]  # fmt: skip
    asked = [
        {
            "code": f"{each.code}_{question.code}",
            "name": question.name,
            "source": "questionnaire",
            "type": question.type,
        }
        for each in (*found.questionnaires, *found.in_description)
        for question in each.questions
    ]
    return success(call, [*expected, *asked])
