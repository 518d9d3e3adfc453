"""Записи при пакете: лента и комментарии, связи, наблюдатели."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

from exchanger.sandbox.openproject import render
from exchanger.sandbox.openproject.call import Call, Reply
from exchanger.sandbox.openproject.errors import ApiError, invalid, invalid_query, not_found
from exchanger.sandbox.openproject.hrefs import number
from exchanger.sandbox.openproject.model import Relation

# Stored canonically: these are kept with the ends swapped (`reverse_if_needed`).
_SWAPPED = {
    "precedes": "follows", "duplicated": "duplicates", "blocked": "blocks", "partof": "includes",
    "required": "requires",
}  # fmt: skip
_TYPES = frozenset({"relates", *_SWAPPED, *_SWAPPED.values()})
_MOST_LAG = 2000


def activities(call: Call) -> Reply:
    """GET лента, без страниц."""
    one = call.package()
    found = [render.activity(each) for each in call.instance.activities if each.work_package == one.id]
    return 200, render.collection(found, f"/api/v3/work_packages/{one.id}/activities")


def comment(call: Call) -> Reply:
    """POST комментарий: время изменения пакета меняется, lockVersion — нет."""
    one, said = call.package(), call.json().get("comment")
    raw = str(said.get("raw") or "") if isinstance(said, dict) else ""
    if not raw:
        raise invalid("comment", "Comment can't be blank.")
    return 201, render.activity(call.instance.touched(one, call.user, raw, notified=call.notify))


def relations(call: Call) -> Reply:
    """GET связи с фильтром involved: пакет с любой стороны."""
    try:
        raw = json.loads(call.query.get("filters", "[]"))
        asked = {int(value) for each in raw for value in each["involved"]["values"]}
    except (ValueError, KeyError, TypeError):
        raise invalid_query("Filters Invalid filter does not exist.") from None
    found = [each for each in call.instance.relations.values() if not asked or asked & {each.from_id, each.to_id}]
    return 200, render.paginated([render.relation(each) for each in found], "/api/v3/relations")


def moved_relations(call: Call) -> Reply:
    """GET связи пакета: переехали, 308 на общий список."""
    filters = quote(f'[{{"involved":{{"operator":"=","values":["{call.package().id}"]}}}}]')
    return 308, {"Location": f"/api/v3/relations?filters={filters}"}


def relate(call: Call) -> Reply:
    """POST связь: одна на упорядоченную пару, каков бы ни был её вид."""
    one, body = call.package(), call.json()
    target = number(body.get("_links", {}).get("to"), "to", "work_packages")
    kind, lag = str(body.get("type", "")), int(body.get("lag") or 0)
    if kind not in _TYPES:
        raise invalid("type", "Type is not set to one of the allowed values.")
    if abs(lag) > _MOST_LAG:
        raise invalid("lag", "Lag must be between -2000 and 2000.")
    if target is None or target == one.id:
        raise invalid("to", "Related work package is invalid.")
    try:
        other = call.instance.package(call.user, target)
    except ApiError:  # a hidden package is answered like one that is not there
        raise invalid("to", "Related work package does not exist.") from None
    made = Relation(0, kind, one.id, other.id, lag, str(body.get("description") or ""))
    if kind in _SWAPPED:
        made = replace(made, type=_SWAPPED[kind], from_id=other.id, to_id=one.id)
    if any((each.from_id, each.to_id) == (made.from_id, made.to_id) for each in call.instance.relations.values()):
        raise invalid("to", "Related work package has already been taken.")
    made = replace(made, id=call.instance.next_record())
    call.instance.relations[made.id] = made
    return 201, render.relation(made)


def watchers(call: Call) -> Reply:
    """GET наблюдатели."""
    people = [call.instance.principals[each] for each in call.package().watchers]
    return 200, render.collection([render.principal(each, to=call.user) for each in people], "/api/v3/watchers")


def watch(call: Call) -> Reply:
    """POST наблюдатель: новый — 201, прежний — 200."""
    one = call.package()
    wanted = number(call.json().get("user"), "user", "users")
    found = None if wanted is None else call.instance.principals.get(wanted)
    if found is None:
        raise not_found()
    if not call.instance.sees(found, one):
        raise invalid("user", "User is not allowed to view this resource.")
    known = found.id in one.watchers
    if not known:
        one.watchers.append(found.id)
    return (200 if known else 201), render.principal(found, to=call.user)
