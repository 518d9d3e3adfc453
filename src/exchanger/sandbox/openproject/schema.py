"""Схема рабочего пакета: какие у него свойства, что обязательно и из чего выбирать."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from exchanger.sandbox.openproject import render
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import CustomField, Format, Project, WorkType
from exchanger.sandbox.openproject.render import Body, link

_TYPES = {
    Format.STRING: "String",
    Format.TEXT: "Formattable",
    Format.LINK: "Link",
    Format.INT: "Integer",
    Format.FLOAT: "Float",
    Format.BOOL: "Boolean",
    Format.DATE: "Date",
    Format.LIST: "CustomOption",
    Format.USER: "User",
    Format.VERSION: "Version",
    Format.HIERARCHY: "CustomField::Hierarchy::Item",
}
_PLAIN = {"subject": "String", "description": "Formattable", "estimatedTime": "Duration", "scheduleManually": "Boolean"}


def schema(instance: Instance, project: Project, kind: WorkType) -> Body:
    """Схема для проекта и типа."""
    made: Body = {"_type": "Schema", "_dependencies": []}
    for name, sort in (_PLAIN | _dates(kind)).items():
        made[name] = plain_property(name, sort, required=name == "subject")
    types = [instance.types[number] for number in project.types]
    made["type"] = _chosen("Type", [render.work_type(each, at) for at, each in enumerate(types, 1)])
    statuses = list(instance.statuses.values())
    made["status"] = _chosen("Status", [render.status(each, at) for at, each in enumerate(statuses, 1)])
    made["priority"] = _chosen("Priority", [render.priority(each) for each in instance.priorities.values()])
    made["assignee"] = _linked("User", f"/api/v3/projects/{project.id}/available_assignees")
    made["responsible"] = _linked("User", f"/api/v3/projects/{project.id}/available_assignees")
    for field in instance.fields_of(project, kind):
        made[field.attribute] = custom_property(instance, project, field)
    made["_links"] = {"self": link(f"/api/v3/work_packages/schemas/{project.id}-{kind.id}")}
    return made


def _dates(kind: WorkType) -> dict[str, str]:
    return {"date": "Date"} if kind.milestone else {"startDate": "Date", "dueDate": "Date", "duration": "Duration"}


def plain_property(name: str, sort: str, *, required: bool = False) -> Body:
    """Свойство без вариантов."""
    return {
        "type": sort, "name": name, "required": required, "hasDefault": False, "writable": True, "options": {},
    }  # fmt: skip


def _chosen(sort: str, values: list[Body]) -> Body:
    links = [dict(each["_links"]["self"]) for each in values]
    made = plain_property(sort, sort, required=True)
    return made | {"location": "_links", "_links": {"allowedValues": links}, "_embedded": {"allowedValues": values}}


def _linked(sort: str, href: str) -> Body:
    return plain_property(sort, sort) | {"location": "_links", "_links": {"allowedValues": link(href)}}


def custom_property(instance: Instance, project: Project, field: CustomField) -> Body:
    """Пользовательское поле."""
    sort = f"[]{_TYPES[field.format]}" if field.multi else _TYPES[field.format]
    made = plain_property(field.name, sort, required=field.required)
    if field.format is Format.USER:
        return made | {"location": "_links", "_links": {"allowedValues": link(_members(project))}}
    if field.format is Format.HIERARCHY:
        href = f"/api/v3/custom_fields/{field.id}/items"
        return made | {"location": "_links", "_links": {"allowedValues": link(href)}}
    if field.format in {Format.LIST, Format.VERSION}:
        options = render.options_of(instance, project, field)
        links: list[Any] = [link(render.option_href(field, each.id), each.name) for each in options]
        return made | {"location": "_links", "_links": {"allowedValues": links}}
    return made


def _members(project: Project) -> str:
    filters = f'[{{"member":{{"operator":"=","values":["{project.id}"]}}}}]'
    return f"/api/v3/principals?filters={quote(filters)}"
