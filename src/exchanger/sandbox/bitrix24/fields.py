"""Таблица полей задачи: имя в запросе, место в записи, вид, что с ним можно делать."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.dates import parse
from exchanger.sandbox.bitrix24.errors import core
from exchanger.sandbox.bitrix24.model import Status

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE_LIMIT = 255
XML_ID_LIMIT = 200


class Kind(StrEnum):
    """Вид значения."""

    NUMBER = "integer"
    TEXT = "string"
    FLAG = "boolean"
    MOMENT = "datetime"
    NUMBERS = "array"
    STATUS = "enum"


@dataclass(frozen=True, slots=True)
class TaskField:
    """Одно поле: `attribute` - имя в записи Task; `sortable` - принимается в order."""

    name: str
    attribute: str
    kind: Kind
    title: str
    writable: bool = True
    sortable: bool = True
    limit: int | None = None


def _field(name: str, kind: Kind, title: str, **options: Any) -> TaskField:
    return TaskField(name, options.pop("attribute", name.lower()), kind, title, **options)


FIELDS: dict[str, TaskField] = {
    each.name: each
    for each in (
        _field("ID", Kind.NUMBER, "ID", writable=False),
        _field("PARENT_ID", Kind.NUMBER, "ID базовой задачи"),
        _field("TITLE", Kind.TEXT, "Название", limit=TITLE_LIMIT),
        _field("DESCRIPTION", Kind.TEXT, "Описание", sortable=False),
        _field("MARK", Kind.TEXT, "Оценка"),
        _field("PRIORITY", Kind.NUMBER, "Приоритет"),
        _field("STATUS", Kind.STATUS, "Статус"),
        _field("STAGE_ID", Kind.NUMBER, "Стадия"),
        _field("FLOW_ID", Kind.NUMBER, "Поток"),
        _field("CREATED_BY", Kind.NUMBER, "Постановщик"),
        _field("CREATED_DATE", Kind.MOMENT, "Дата создания", writable=False),
        _field("RESPONSIBLE_ID", Kind.NUMBER, "Исполнитель"),
        _field("ACCOMPLICES", Kind.NUMBERS, "Соисполнители", sortable=False),
        _field("AUDITORS", Kind.NUMBERS, "Наблюдатели", sortable=False),
        _field("CHANGED_BY", Kind.NUMBER, "Изменил", writable=False),
        _field("CHANGED_DATE", Kind.MOMENT, "Дата изменения", writable=False),
        _field("STATUS_CHANGED_BY", Kind.NUMBER, "Изменил статус", writable=False),
        _field("STATUS_CHANGED_DATE", Kind.MOMENT, "Дата смены статуса", writable=False),
        _field("CLOSED_BY", Kind.NUMBER, "Закрыл", writable=False),
        _field("CLOSED_DATE", Kind.MOMENT, "Дата закрытия", writable=False),
        _field("ACTIVITY_DATE", Kind.MOMENT, "Дата активности", writable=False),
        _field("DATE_START", Kind.MOMENT, "Дата начала"),
        _field("DEADLINE", Kind.MOMENT, "Крайний срок"),
        _field("START_DATE_PLAN", Kind.MOMENT, "Плановое начало"),
        _field("END_DATE_PLAN", Kind.MOMENT, "Плановое завершение"),
        _field("GUID", Kind.TEXT, "GUID", writable=False, sortable=False),
        _field("XML_ID", Kind.TEXT, "Внешний код", sortable=False, limit=XML_ID_LIMIT),
        _field("ALLOW_CHANGE_DEADLINE", Kind.FLAG, "Исполнитель может менять срок"),
        _field("ALLOW_TIME_TRACKING", Kind.FLAG, "Учёт времени"),
        _field("TASK_CONTROL", Kind.FLAG, "Контроль постановщика", sortable=False),
        _field("ADD_IN_REPORT", Kind.FLAG, "Включить в отчёт", sortable=False),
        _field("MATCH_WORK_TIME", Kind.FLAG, "Пропускать нерабочее время", sortable=False),
        _field("TIME_ESTIMATE", Kind.NUMBER, "Плановые трудозатраты, с"),
        _field("GROUP_ID", Kind.NUMBER, "Проект"),
        _field("SITE_ID", Kind.TEXT, "Сайт", sortable=False),
        _field("DEPENDS_ON", Kind.NUMBERS, "Предшественники", sortable=False),
    )
}

_NULLABLE = {"PARENT_ID", "FLOW_ID"}


def camel(name: str) -> str:
    """Имя поля в ответе: `UF_CAMUNDA_ID` -> `ufCamundaId`, `UF_AUTO_123` -> `ufAuto123`."""
    head, *tail = name.lower().split("_")
    return head + "".join(part.capitalize() for part in tail)


def read_value(field: TaskField, raw: Any, server_zone: str) -> Any:
    """Значение поля из запроса; неразборчивая дата - отказ ядра."""
    readers: dict[Kind, Callable[[Any], Any]] = {
        Kind.NUMBER: php.as_int,
        Kind.FLAG: php.as_flag,
        Kind.NUMBERS: read_ids,
        Kind.STATUS: _status,
        Kind.MOMENT: lambda value: _moment(field, value, server_zone),
        Kind.TEXT: lambda value: php.as_text(value)[: field.limit],
    }
    value = readers[field.kind](raw)
    if field.name in _NULLABLE or field.name == "XML_ID":
        return value or None
    return value


def read_ids(raw: Any) -> tuple[int, ...]:
    """Номера из списка, без повторов и нулей."""
    return tuple(dict.fromkeys(number for item in php.as_list(raw) if (number := php.as_int(item)) > 0))


def read_tags(raw: Any) -> tuple[str, ...]:
    """Метки списком или строкой через запятую."""
    items = re.split(r"\s*,\s*", raw) if isinstance(raw, str) else [php.as_text(item) for item in php.as_list(raw)]
    return tuple(dict.fromkeys(item for item in items if item))


def read_parameters(raw: Any) -> dict[int, str]:
    """SE_PARAMETER: список объектов CODE и VALUE."""
    rows = [php.as_map(row) for row in php.as_list(raw)]
    return {php.as_int(row.get("CODE")): php.as_text(row.get("VALUE")) for row in rows if row}


def read_dependence(raw: Any) -> tuple[tuple[int, int], ...]:
    """SE_PROJECTDEPENDENCE: от какой задачи зависит и вид связи (2 - окончание-начало)."""
    rows = [php.as_map(row) for row in php.as_list(raw)]
    return tuple((php.as_int(row.get("DEPENDS_ON_ID")), php.as_int(row.get("TYPE"))) for row in rows if row)


def _status(raw: Any) -> Status:
    try:
        return Status(php.as_int(raw))
    except ValueError:
        raise core("Incorrect task status") from None


def _moment(field: TaskField, raw: Any, server_zone: str) -> Any:
    text = php.as_text(raw)
    if not text:
        return None
    moment = parse(text, server_zone)
    if moment is None:
        raise core(f"Incorrect date in the field {field.name}")
    return moment
