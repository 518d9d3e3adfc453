"""Проекты: список, карточка, создание, форма."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote

from exchanger.sandbox.openproject import project_writing, render
from exchanger.sandbox.openproject.call import Call, Reply
from exchanger.sandbox.openproject.errors import invalid_query
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.listing import page_size
from exchanger.sandbox.openproject.model import LINKED, Format, Project
from exchanger.sandbox.openproject.render import Body, link
from exchanger.sandbox.openproject.schema import custom_property, plain_property

_STATUSES = {code: code.replace("_", " ").capitalize() for code in project_writing.STATUSES}


def index(call: Call) -> Reply:
    """GET список видимых: фильтры id, active, parent_id, name_and_identifier; архивные — только если спросят."""
    try:
        asked = [(name, body) for each in json.loads(call.query.get("filters", "[]")) for name, body in each.items()]
        size, number = page_size(call.instance.config, call.query.get("pageSize")), int(call.query.get("offset", "1"))
        found = [one for one in call.instance.projects.values() if call.user.admin or call.user.id in one.members]
        for name, body in asked:
            test, values = _FILTERS[name], [str(value) for value in body["values"]]
            found = [one for one in found if test(one, values)]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise invalid_query("Filters Invalid filter does not exist.") from None
    if not any(name == "active" for name, _ in asked):
        found = [one for one in found if one.active]
    shown = [rendered(call.instance, one) for one in found[(number - 1) * size : number * size]]
    made = render.paginated(shown, "/api/v3/projects")
    return 200, made | {"_type": "Collection", "total": len(found), "pageSize": size, "offset": number}


def show(call: Call) -> Reply:
    """GET карточка по номеру или идентификатору."""
    return 200, rendered(call.instance, call.instance.project(call.user, call.parts["project"]))


def create(call: Call) -> Reply:
    """POST: 201."""
    return 201, rendered(call.instance, project_writing.create(call.instance, call.user, call.json()))


def form(call: Call) -> Reply:
    """POST форма: всегда 200, ошибки внутри."""
    one, errors = project_writing.draft(call.instance, call.user, call.json())
    whole = rendered(call.instance, one)
    links = {name: value for name, value in whole["_links"].items() if name not in {"self", "categories"}}
    payload = {name: value for name, value in whole.items() if name not in {"_type", "id", "createdAt", "updatedAt"}}
    return 200, {
        "_type": "Form",
        "_embedded": {
            "payload": payload | {"_links": links},
            "schema": _schema(call.instance, one),
            "validationErrors": {error.attribute: error.body() for error in errors},
        },
        "_links": {"self": link("/api/v3/projects/form"), "validate": link("/api/v3/projects/form")},
    }


def rendered(instance: Instance, one: Project) -> Body:
    """Проект."""
    parent = None if one.parent is None else instance.projects[one.parent]
    body: Body = {
        "_type": "Project", "id": one.id, "identifier": one.identifier, "name": one.name, "active": one.active,
        "public": one.public, "description": render.formattable(one.description),
        "statusExplanation": render.formattable(one.explanation),
        "_links": {
            "self": link(f"/api/v3/projects/{one.id}", one.name),
            "categories": link(f"/api/v3/projects/{one.id}/categories"),
            "status": link(one.status and f"/api/v3/project_statuses/{one.status}", _STATUSES.get(one.status or "")),
            "parent": link(None) if parent is None else link(f"/api/v3/projects/{parent.id}", parent.name),
        },
    }  # fmt: skip
    for field in instance.project_fields.values():
        value = one.custom.get(field.id)
        if field.format in LINKED:
            known = project_writing.seeing_everybody(instance, one)
            body["_links"][field.attribute] = render.custom_links(instance, known, field, value)
        else:
            body[field.attribute] = render.formattable(str(value or "")) if field.format is Format.TEXT else value
    return body


def _schema(instance: Instance, one: Project) -> Body:
    links = [link(f"/api/v3/project_statuses/{code}", name) for code, name in _STATUSES.items()]
    values = [{"_type": "ProjectStatus", "id": code, "name": name, "_links": {"self": to}}
              for (code, name), to in zip(_STATUSES.items(), links, strict=True)]  # fmt: skip
    status = plain_property("Status", "ProjectStatus") | {
        "location": "_links", "_links": {"allowedValues": links}, "_embedded": {"allowedValues": values},
    }  # fmt: skip
    made: Body = {"_type": "Schema", "_dependencies": [], "status": status}
    for name, sort in (("name", "String"), ("identifier", "String"), ("description", "Formattable")):
        made[name] = plain_property(name, sort, required=name == "name")
    for field in instance.project_fields.values():
        made[field.attribute] = custom_property(instance, one, field)
        if field.format is Format.USER:
            filters = quote('[{"type":{"operator":"=","values":["User"]}}]')
            made[field.attribute]["_links"] = {"allowedValues": link(f"/api/v3/principals?filters={filters}")}
    return made | {"_links": {"self": link("/api/v3/projects/schema")}}


_FILTERS: dict[str, Callable[[Project, list[str]], bool]] = {
    "id": lambda one, values: str(one.id) in values,
    "active": lambda one, values: one.active is ("t" in values),
    "parent_id": lambda one, values: str(one.parent) in values,
    "name_and_identifier": lambda one, values: any(
        value.casefold() in f"{one.name} {one.identifier}".casefold() for value in values
    ),
}
