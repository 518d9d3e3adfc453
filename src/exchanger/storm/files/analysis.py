"""Таблица элементов и ответственных — как у анализатора прежней системы (interfaces §8, diagram_analyzer)."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields

from lxml import etree, html

from exchanger.domain.errors import Reject
from exchanger.storm.api.model import AssigneeEdge
from exchanger.storm.api.reading import edges, objects
from exchanger.storm.names import ident, kind_of
from exchanger.storm.tree import parse

_BLOCKS = ("p", "div", "li", "br", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote")


@dataclass(frozen=True, slots=True)
class Row:
    """Строка таблицы; имена полей — имена столбцов. У элемента без ответственных последние два пусты."""

    elementId: str  # noqa: N815 - the column's name
    elementType: str  # noqa: N815
    elementName: str  # noqa: N815
    assigneeEdgeId: str  # noqa: N815
    description: str


def analyse(body: bytes, assignees: Sequence[AssigneeEdge]) -> list[Row]:
    """Элементы в порядке документа, по строке на назначение; в конце — назначенное тому, чего в диаграмме нет."""
    assigned: dict[str, list[AssigneeEdge]] = defaultdict(list)
    for each in assignees:
        assigned[each.element_id].append(each)
    rows: list[Row] = []
    for element in parse(body).iter(etree.Element):
        if ident(element) and kind_of(element) not in {"", "definitions"}:
            name = " ".join(element.get("name", "").split())
            rows += _rows(ident(element), kind_of(element), name, assigned.pop(ident(element), []))
    for element_id, orphans in assigned.items():
        rows += _rows(element_id, "", orphans[0].element_name, orphans)
    return rows


def read_edges(body: bytes) -> tuple[AssigneeEdge, ...]:
    """Назначения из файла ответственных; `Reject` — это не список JSON."""
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, list):
        raise Reject("Список ответственных — не список JSON.", remedy="получите его заново: exchanger sync get.")
    return tuple(edges(objects(content)))


def as_csv(rows: Sequence[Row]) -> str:
    """Текст CSV через точку с запятой, с заголовком."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(field.name for field in fields(Row))
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue()


def plain(description: str) -> str:
    """Описание без разметки одной строкой; абзацы и пункты — через « / »."""
    try:
        tree = html.fragment_fromstring(description, create_parent="div")
    except (etree.ParserError, ValueError):  # nothing but comments, or characters that XML does not know
        return " ".join(description.split())
    for block in tree.iter(*_BLOCKS):
        block.text = f"\n{block.text or ''}"
        block.tail = f"\n{block.tail or ''}"
    lines = (" ".join(line.split()) for line in tree.text_content().split("\n"))
    return " / ".join(line for line in lines if line)


def _rows(element_id: str, kind: str, name: str, assigned: list[AssigneeEdge]) -> Iterator[Row]:
    if not assigned:
        yield Row(element_id, kind, name, "", "")
    for each in assigned:
        yield Row(element_id, kind, name, each.edge_id, plain(each.description))
