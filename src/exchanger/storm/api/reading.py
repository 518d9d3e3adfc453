"""Чтение ответов StormBPMN: терпимое (любое поле может быть null, не того вида или отсутствовать), но без догадок."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from exchanger.domain.errors import Reject
from exchanger.storm.api.model import AssigneeEdge, Diagram, DiagramCard, Place

Json = Mapping[str, Any]
"""Foreign JSON: its shape is checked field by field below."""

_TEAM = ("teamId", "teamName", "teamFolderId", "teamFolderName")
_PERSONAL = ("userFolderId", "userFolderName")


def objects(value: object) -> list[Json]:
    """Объекты списка; не список и не объекты пропускаются."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text(value: object) -> str:
    """Текст поля; null — «», число и да/нет — как в JSON, объект и список — JSON.

    Половина знака (JSON её допускает, UTF-8 — нет) заменяется на U+FFFD.
    """
    if value is None:
        return ""
    whole = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(value: object) -> int | None:
    """Целое число, и записанное текстом тоже."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(str(value))
    except ValueError:
        return None


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """Время ISO; без пояса — местное время StormBPMN в `zone`."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read if read.tzinfo is not None else read.replace(tzinfo=zone)


def card(record: Json, zone: ZoneInfo) -> DiagramCard | None:
    """Диаграмма списка; None — у записи нет id, по которому её взять."""
    diagram_id = text(record.get("id")).strip()
    if not diagram_id:
        return None
    public = record.get("public")
    return DiagramCard(
        id=diagram_id,
        name=text(record.get("name")),
        type=text(record.get("type")),
        status=text(record.get("status")),
        version=number(record.get("versionNumber")),
        updated=moment(record.get("updatedOn"), zone),
        public=public if isinstance(public, bool) else None,
        place=_place(record),
        fields=_fields(record),
    )


def diagram(record: Json, asked: str, zone: ZoneInfo) -> Diagram:
    """Диаграмма с телом; `Reject` — тела нет или прислана не та диаграмма."""
    found = card(record, zone)
    if found is None or found.id.lower() != asked.lower():
        raise Reject(
            f"StormBPMN прислал не диаграмму {asked}, а {found.id if found else 'ответ без id'}.",
            remedy="обновите Exchanger: формат ответа StormBPMN изменился.",
        )
    body = record.get("body")
    if not isinstance(body, str) or not body.strip():
        raise Reject(
            f"У диаграммы {asked} «{found.name}» нет тела.",
            remedy="откройте её в StormBPMN и сохраните; пустую диаграмму переносить незачем.",
        )
    try:
        content = body.encode()
    except UnicodeEncodeError:
        raise Reject(
            f"Тело диаграммы {asked} «{found.name}» не записать в UTF-8.",
            remedy="найдите и уберите в ней негодный знак.",
        ) from None
    return Diagram(found, content, number(record.get("autosaveIndex")), _calls(record, found.id))


def edges(records: Iterable[Json]) -> Iterator[AssigneeEdge]:
    """Назначения; запись без элемента некому отдать, она пропускается."""
    for record in records:
        element = text(record.get("elementId")) or text(record.get("diagramElementId"))
        if element:
            yield AssigneeEdge(
                element_id=element,
                edge_id=text(record.get("assigneeEdgeId")),
                assignee_id=text(record.get("assigneeId")),
                assignee_name=text(record.get("assigneeName")),
                element_name=text(record.get("elementName")),
                description=text(record.get("description")),
                record=text(record),
            )


def _place(record: Json) -> Place:
    if any(record.get(name) is not None for name in _TEAM):
        return Place.TEAM
    if any(record.get(name) is not None for name in _PERSONAL):
        return Place.PERSONAL
    return Place.UNKNOWN


def _fields(record: Json) -> Mapping[str, str]:
    given = {name: text(value) for name, value in record.items() if name != "body" and value not in ([], {})}
    return MappingProxyType({name: value for name, value in given.items() if value})


def _calls(record: Json, diagram_id: str) -> Mapping[str, str]:
    """The names are inverted in the API: what this diagram calls comes in incommingLinks. So both are read."""
    links = [*objects(record.get("incommingLinks")), *objects(record.get("outcommingLinks"))]
    found = {
        text(link.get("fromItemId")): text(link.get("toDiagramId"))
        for link in links
        if link.get("type") == "CALL_ACTIVITY" and text(link.get("fromDiagramId")).lower() == diagram_id.lower()
    }
    return MappingProxyType({element: target for element, target in found.items() if element and target})
