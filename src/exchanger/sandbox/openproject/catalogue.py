"""Справочники: корень, настройки, состояния, типы, приоритеты, люди."""

from __future__ import annotations

import json
from collections.abc import Iterable

from exchanger.sandbox.openproject import render
from exchanger.sandbox.openproject.call import Call, Reply
from exchanger.sandbox.openproject.errors import invalid_query, not_found
from exchanger.sandbox.openproject.model import Principal


def root(call: Call) -> Reply:
    """GET корень: чей это вход."""
    user = render.link(call.user.href, call.user.name)
    body = {"_type": "Root", "instanceName": "Стенд", "coreVersion": "17.6.0"}
    return 200, body | {"_links": {"self": render.link("/api/v3"), "user": user}}


def configuration(call: Call) -> Reply:
    """GET настройки экземпляра."""
    return 200, {
        "_type": "Configuration",
        "maximumAttachmentFileSize": call.instance.config.max_attachment,
        "maximumAPIV3PageSize": call.instance.config.max_page_size,
        "perPageOptions": [20, 100],
        "_links": {"self": render.link("/api/v3/configuration")},
    }


def statuses(call: Call) -> Reply:
    """GET состояния, без страниц."""
    shown = [render.status(each, at) for at, each in enumerate(call.instance.statuses.values(), 1)]
    return 200, render.collection(shown, "/api/v3/statuses")


def types(call: Call) -> Reply:
    """GET типы: все или проекта."""
    known = call.instance.types
    numbers: Iterable[int] = known
    if "project" in call.parts:
        numbers = call.instance.project(call.user, call.parts["project"]).types
    shown = [render.work_type(known[number], at) for at, number in enumerate(numbers, 1)]
    return 200, render.collection(shown, "/api/v3/types")


def priorities(call: Call) -> Reply:
    """GET приоритеты."""
    shown = [render.priority(each) for each in call.instance.priorities.values()]
    return 200, render.collection(shown, "/api/v3/priorities")


def assignees(call: Call) -> Reply:
    """GET кого можно назначить в проекте."""
    found = call.instance.project(call.user, call.parts["project"])
    return 200, _people(call, [call.instance.principals[number] for number in sorted(found.members)])


def principals(call: Call) -> Reply:
    """GET люди и группы с фильтрами any_name_attribute, member, type, status."""
    found = list(call.instance.principals.values())
    try:
        asked = json.loads(call.query.get("filters", "[]"))
        for name, body in ((name, body) for each in asked for name, body in each.items()):
            found = [one for one in found if _suits(call, one, name, [str(value) for value in body["values"]])]
    except (ValueError, TypeError, KeyError):
        raise invalid_query("Filters are invalid.") from None
    shown = [render.principal(each, to=call.user) for each in found]
    return 200, render.paginated(shown, "/api/v3/principals")


def items(call: Call) -> Reply:
    """GET варианты иерархического поля."""
    field = call.instance.custom_fields.get(int(call.parts["field"]) if call.parts["field"].isdigit() else 0)
    if field is None:
        raise not_found()
    shown = [
        {
            "_type": "HierarchyItem",
            "id": each.id,
            "label": each.name,
            "short": None,
            "_links": {"self": render.link(render.option_href(field, each.id), each.name)},
        }
        for each in field.options
    ]
    return 200, render.collection(shown, f"/api/v3/custom_fields/{field.id}/items")


def _people(call: Call, found: list[Principal]) -> render.Body:
    return render.collection([render.principal(each, to=call.user) for each in found], "/api/v3/principals")


def _suits(call: Call, one: Principal, name: str, values: list[str]) -> bool:
    if name == "any_name_attribute":
        shown = [one.name, one.login, one.email] if call.user.admin else [one.name]
        return any(value.lower() in text.lower() for value in values for text in shown)
    if name == "member":
        return any(one.id in call.instance.projects[int(value)].members for value in values)
    if name == "type":
        return one.kind in values
    if name == "status":
        return ("1" if one.active else "3") in values
    raise invalid_query("Filters Invalid filter does not exist.")
