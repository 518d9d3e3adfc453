"""Список набора: права, условие, порядок, страница. Сам сервер страниц не режет."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exchanger.sandbox.onec import render
from exchanger.sandbox.onec.errors import denied, no_property
from exchanger.sandbox.onec.filters import condition
from exchanger.sandbox.onec.infobase import Infobase, User
from exchanger.sandbox.onec.options import Options
from exchanger.sandbox.onec.schema import EntityType, Kind, Row


def listed(base: Infobase, kind: EntityType, user: User, asked: Options) -> Row:
    """Тело ответа: `odata.count` — строкой."""
    found = _seen(base, kind, user, allowed_only=asked.allowed_only)
    if asked.filter:
        test = condition(base, kind, asked.filter)
        found = [row for row in found if test(row)]
    for name, way in reversed(asked.orderby):
        found.sort(key=_order(base, kind, name), reverse=way == "desc")
    end = None if asked.top is None else asked.skip + asked.top
    render.entity(base, kind, kind.blank(), asked)  # a field that is not there is refused in an empty set as well
    page = [render.entity(base, kind, row, asked) for row in found[asked.skip : end]]
    return ({"odata.count": str(len(found))} if asked.count else {}) | {"value": page}


def _seen(base: Infobase, kind: EntityType, user: User, *, allowed_only: bool) -> list[Row]:
    """Видимые записи; без allowedOnly скрытая запись — отказ всего запроса."""
    rows = base.rows[kind.name]
    seen = [row for key, row in rows.items() if user.hidden.isdisjoint(key)]
    if len(seen) != len(rows) and not allowed_only:
        raise denied(kind.name)
    return seen


def _order(base: Infobase, kind: EntityType, name: str) -> Callable[[Row], Any]:
    """Порядок по ссылке — это порядок её представлений."""
    prop = kind.prop(name)
    if prop is None:
        raise no_property(name)
    if prop.kind is Kind.REF:
        target = kind.name if prop.wire == "Ref_Key" else (prop.targets or ("",))[0]
        return lambda row: base.presentation(target, row[name])
    return lambda row: row[name]
