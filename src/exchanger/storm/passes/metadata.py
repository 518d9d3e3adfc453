"""Сведения о диаграмме: `custom:diagram` первым в расширениях каждого исполняемого процесса."""

from __future__ import annotations

from lxml import etree

from exchanger.storm.context import Context
from exchanger.storm.model import extension_elements
from exchanger.storm.names import CUSTOM, Element, writable
from exchanger.storm.policy import DiagramInfo


def describe_diagram(context: Context) -> None:
    """Проход: записать сведения; прежние, о которых ничего нового не сказано, остаются."""
    for process in context.model.processes:
        if process.get("isExecutable") == "true":
            _write(extension_elements(process), _fields(context.info))


def _fields(info: DiagramInfo) -> dict[str, str]:
    own = {"id": info.uuid, "name": info.name, "versionNumber": info.version, "status": info.status}
    return {name: value for name, value in (own | dict(info.fields)).items() if value}


def _write(extensions: Element, fields: dict[str, str]) -> None:
    tag = f"{{{CUSTOM}}}diagram"
    diagram = extensions.find(tag)
    if diagram is None:
        diagram = etree.Element(tag)
    extensions.insert(0, diagram)
    for name, value in fields.items():
        child = diagram.find(f"{{{CUSTOM}}}{name}")
        if child is None:
            child = etree.SubElement(diagram, f"{{{CUSTOM}}}{name}")
        child.text = writable(value)
