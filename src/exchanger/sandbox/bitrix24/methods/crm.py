"""crm.deal.* и crm.contact.*: создание, чтение, список, правка."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.crm import FIELDS, CrmRecord
from exchanger.sandbox.bitrix24.errors import RestError
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply

_PAGE = 50
_SUM = "OPPORTUNITY"
_DEFAULTS = {
    "deal": {"STAGE_ID": "NEW", "CATEGORY_ID": "0", _SUM: "0.00", "CURRENCY_ID": "RUB"},
    "contact": {},
}


def _add(entity: str, call: Call) -> Reply:
    """Номер новой записи числом; незнакомые поля пропадают молча."""
    portal = call.portal
    values = {"ASSIGNED_BY_ID": str(call.user.id), **_DEFAULTS[entity], **_known(entity, call)}
    number = portal.number(entity)
    seen = portal.exact_now() + portal.faults.search_lag
    portal.crm.records[entity][number] = CrmRecord(number, values, seen)
    return Reply(number)


def _get(entity: str, call: Call) -> Reply:
    """Поля записи; нет такой — отказ с пустым кодом."""
    return Reply(_row(_record(entity, call)))


def _update(entity: str, call: Call) -> Reply:
    """Правка; `stubborn` портал не меняет и не говорит об этом."""
    record, stubborn = _record(entity, call), call.portal.crm.stubborn
    record.values |= {name: value for name, value in _known(entity, call).items() if name not in stubborn}
    return Reply(True)  # noqa: FBT003 - the method's answer


def _list(entity: str, call: Call) -> Reply:
    """Список: 50 на странице, start=-1 — без счёта; незнакомые ключи фильтра молча пропускаются."""
    portal, now = call.portal, call.portal.exact_now()
    wanted = {name.lstrip("="): php.as_text(value) for name, value in php.as_map(call.get("filter")).items()}
    used = {name: value for name, value in wanted.items() if name in FIELDS[entity] | {"ID"}}
    used = {name: value for name, value in used.items() if name not in portal.faults.ignored_filters}
    rows = [_row(each) for each in portal.crm.records[entity].values() if each.searchable_from <= now]
    found = [row for row in rows if all(php.as_text(row.get(name)) == value for name, value in used.items())]
    start = php.as_int(call.get("start"))
    page = found[max(start, 0) :][:_PAGE]
    select = [php.as_text(name) for name in php.as_list(call.get("select"))]
    shown = [{name: row.get(name) for name in select or row} for row in page]
    if start < 0:
        return Reply(shown)
    following = start + _PAGE
    return Reply(shown, len(found), following if following < len(found) else None)


def _known(entity: str, call: Call) -> dict[str, Any]:
    fields = php.as_map(call.get("fields"))
    return {name: value for name, value in fields.items() if name in FIELDS[entity] or name.startswith("UF_CRM_")}


def _record(entity: str, call: Call) -> CrmRecord:
    found = call.portal.crm.records[entity].get(php.as_int(call.need("id")))
    if found is None:
        raise RestError("", "Not found", 400)
    return found


def _row(record: CrmRecord) -> dict[str, Any]:
    shown = {name: value if isinstance(value, list) else php.as_text(value) for name, value in record.values.items()}
    if _SUM in record.values:
        shown[_SUM] = _sum(php.as_text(record.values[_SUM]))
    return {"ID": str(record.id), **shown}


def _sum(text: str) -> str:
    """Сумма, какой её хранит колонка: два знака после точки; не число — ноль."""
    return f"{float(text) if re.fullmatch(r'-?[0-9]+([.][0-9]+)?', text) else 0:.2f}"


_METHODS: dict[str, Callable[[str, Call], Reply]] = {"add": _add, "get": _get, "update": _update, "list": _list}
for _entity in FIELDS:
    for _name, _handler in _METHODS.items():
        V2.method(f"crm.{_entity}.{_name}", "crm")(partial(_handler, _entity))
