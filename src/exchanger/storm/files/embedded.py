"""Сведения внутри тела: `custom:diagram`, который вставляла прежняя система и вставляет перенос."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from exchanger.domain.errors import Reject
from exchanger.storm.names import CUSTOM
from exchanger.storm.tree import parse


def embedded_fields(body: bytes) -> dict[str, str]:
    """Поля первого `custom:diagram`; нет его — пусто. `Reject` — тело не BPMN."""
    found = next(parse(body).iter(f"{{{CUSTOM}}}diagram"), None)
    if found is None:
        return {}
    return {etree.QName(child).localname: (child.text or "").strip() for child in found.iterchildren(etree.Element)}


def embedded_id(path: Path) -> str:
    """UUID диаграммы в файле; «» — нет или файл не BPMN (значит, не наш)."""
    try:
        return embedded_fields(path.read_bytes()).get("id", "")
    except Reject:
        return ""
