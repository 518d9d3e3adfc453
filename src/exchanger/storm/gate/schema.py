"""Схема BPMN 2.0 (XSD): ошибки словами, с элементом и строкой."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import cast

from lxml import etree

from exchanger.assets import BPMN_SCHEMA
from exchanger.storm.gate.finding import Finding, Source, found_at
from exchanger.storm.names import Element, ident
from exchanger.storm.report import Severity

_NAMESPACE = re.compile(r"\{[^{}]*\}")
_QUOTED = re.compile(r"'([^']*)'")
_MOST = 50  # what follows them is usually the same mistake
_REMEDY = "исправьте элемент в редакторе или выгрузите диаграмму заново."
_TEXTS = {
    "SCHEMAV_ELEMENT_CONTENT": "элемент «{0}» здесь не допускается: не на своём месте или лишний",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_1": "у «{0}» не бывает атрибута «{1}»",
    "SCHEMAV_CVC_COMPLEX_TYPE_3_2_2": "у «{0}» не бывает атрибута «{1}»",
    "SCHEMAV_CVC_COMPLEX_TYPE_4": "у «{0}» нет обязательного атрибута «{1}»",
    "SCHEMAV_CVC_ENUMERATION_VALID": "у «{0}» недопустимое значение",
    "SCHEMAV_CVC_ELT_1": "«{0}» в BPMN нет",
    "SCHEMAV_CVC_COMPLEX_TYPE_2_3": "у «{0}» не может быть текста",
    "SCHEMAV_CVC_ELT_4_2": "вид «{1}» у «{0}» схеме неизвестен",
}
_VALUES = frozenset({"SCHEMAV_CVC_DATATYPE_VALID_1_2_1", "SCHEMAV_CVC_DATATYPE_VALID_1_2_2"})


def schema_findings(root: Element) -> list[Finding]:
    """Нарушения схемы, не больше пятидесяти."""
    schema = _schema()
    if schema.validate(root):
        return []
    return [_finding(root, fault) for _, fault in zip(range(_MOST), _faults(schema), strict=False)]


@cache
def _schema() -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    return etree.XMLSchema(etree.parse(str(BPMN_SCHEMA), parser))


def _faults(schema: etree.XMLSchema) -> Iterator[etree._LogEntry]:
    """One mistake is often told twice: by the value's type and by its attribute."""
    told: set[tuple[int, str | None]] = set()
    # the stubs forget that the log is iterable; lxml names no public type for its entry
    log = cast("Iterable[etree._LogEntry]", schema.error_log)  # noqa: SLF001 - see above
    for fault in log:
        place = (fault.line, fault.path)
        if place not in told:
            told.add(place)
            yield fault


def _finding(root: Element, fault: etree._LogEntry) -> Finding:
    element = _named(root, fault)
    return found_at(element, Severity.ERROR, Source.SCHEMA, "schema", f"Схема BPMN: {_said(fault)}.", _REMEDY)


def _named(root: Element, fault: etree._LogEntry) -> Element:
    """Ближайший элемент с id: его и покажет страница."""
    # The path is written in the document's own prefixes, wherever they are declared.
    prefixes = {prefix: uri for each in root.iter(etree.Element) for prefix, uri in each.nsmap.items() if prefix}
    found = root.getroottree().xpath(fault.path, namespaces=prefixes) if fault.path else []
    element = found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else root  # noqa: SLF001 - no public name
    return next((each for each in (element, *element.iterancestors()) if ident(each)), element)


def _said(fault: etree._LogEntry) -> str:
    message = _NAMESPACE.sub("", fault.message)
    words = _QUOTED.findall(message)
    if fault.type_name in _VALUES:
        value = next(iter(_QUOTED.findall(message.partition("[")[0] and message.rpartition(": ")[2])), "")
        place = f"атрибуте «{words[1]}»" if "attribute" in message and len(words) > 1 else f"элементе «{words[0]}»"
        return f"недопустимое значение «{value}» в {place}"
    text = _TEXTS.get(fault.type_name)
    return text.format(*words, "", "") if text is not None else f"{message.rstrip('.')} ({fault.type_name})"
