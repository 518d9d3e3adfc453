"""Рабочие пакеты: список, карточка, создание, правка, форма, схема."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.openproject import render, writing
from exchanger.sandbox.openproject.call import Call, Reply
from exchanger.sandbox.openproject.errors import invalid_query, not_found
from exchanger.sandbox.openproject.listing import listed
from exchanger.sandbox.openproject.render import Body, link
from exchanger.sandbox.openproject.schema import schema


def index(call: Call) -> Reply:
    """GET список; `project` в пути сужает его."""
    project = call.instance.project(call.user, call.parts["project"]) if "project" in call.parts else None
    try:
        return 200, listed(call.instance, call.user, project, call.query)
    except ValueError:
        raise invalid_query("Parameters are invalid.") from None


def create(call: Call) -> Reply:
    """POST: 201, хотя описание обещает 200."""
    made = writing.create(call.instance, call.user, _body(call), notify=call.notify)
    return 201, render.package(call.instance, made)


def show(call: Call) -> Reply:
    """GET карточка."""
    return 200, render.package(call.instance, call.package())


def update(call: Call) -> Reply:
    """PATCH."""
    return 200, render.package(call.instance, writing.update(call.instance, call.user, call.package(), call.json()))


def form(call: Call) -> Reply:
    """POST форма создания: всегда 200, ошибки внутри."""
    body = _body(call)
    one, errors = writing.draft(call.instance, call.user, body)
    kind = call.instance.types.get(one.type) or call.instance.types[call.instance.projects[one.project].types[0]]
    shown = schema(call.instance, call.instance.projects[one.project], kind)
    one.type = kind.id
    return 200, {
        "_type": "Form",
        "_embedded": {
            "payload": _payload(render.package(call.instance, _safe(call, one))),
            "schema": shown,
            "validationErrors": {error.attribute: error.body() for error in errors},
        },
        "_links": {"self": link("/api/v3/work_packages/form"), "validate": link("/api/v3/work_packages/form")},
    }


def schemas(call: Call) -> Reply:
    """GET схема проекта и типа: `{проект}-{тип}`."""
    project_id, _, type_id = call.parts["pair"].partition("-")
    project = call.instance.project(call.user, project_id)
    if not type_id.isdigit() or int(type_id) not in project.types:
        raise not_found()
    return 200, schema(call.instance, project, call.instance.types[int(type_id)])


def _body(call: Call) -> dict[str, Any]:
    body = call.json()
    if "project" in call.parts:
        links = body.get("_links") if isinstance(body.get("_links"), dict) else {}
        body["_links"] = {**(links or {}), "project": link(f"/api/v3/projects/{call.parts['project']}")}
    return body


def _safe(call: Call, one: Any) -> Any:
    """The form shows what was sent, invalid values too; the stand-in shows what it can name."""
    names = {"assignee": call.instance.principals, "responsible": call.instance.principals}
    for name, known in names.items():
        if getattr(one, name) not in known:
            setattr(one, name, None)
    if one.status not in call.instance.statuses:
        one.status = call.instance.default_status().id
    if one.priority not in call.instance.priorities:
        one.priority = next(iter(call.instance.priorities))
    return one


def _payload(whole: Body) -> Body:
    hidden = {"id", "displayId", "_type", "createdAt", "updatedAt", "_embedded"}
    unwritable = {"self", "schema", "activities", "author"}
    links = {name: value for name, value in whole["_links"].items() if name not in unwritable}
    return {name: value for name, value in whole.items() if name not in hidden} | {"_links": links}
