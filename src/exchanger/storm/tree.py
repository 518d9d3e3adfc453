"""Чтение и запись документа BPMN: без DTD, сущностей и сети; одинаковое дерево даёт одинаковые байты."""

from __future__ import annotations

from typing import Final, cast

from lxml import etree

from exchanger.domain.errors import Reject
from exchanger.storm.names import PREFIXES, Element, bpmn

SIZE_LIMIT: Final = 10 * 1024 * 1024
DEPTH_LIMIT: Final = 200
_REMEDY = "выгрузите диаграмму из StormBPMN заново."
_HEADER = b'<?xml version="1.0" encoding="UTF-8"?>\n'


def parse(xml: bytes) -> Element:
    """Корень `definitions` с объявленными пространствами имён; `Reject` — документ велик, испорчен или не BPMN."""
    if len(xml) > SIZE_LIMIT:
        megabytes = SIZE_LIMIT // 1024 // 1024
        raise Reject(f"Диаграмма больше {megabytes} МБ: {len(xml)} байт.", remedy="разделите диаграмму на части.")
    if not xml.strip():
        raise Reject("Диаграмма пуста: в документе ни одного байта.", remedy=_REMEDY)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise Reject(f"Диаграмму не разобрать как XML: {error.msg}.", remedy=_REMEDY) from None
    _check(root)
    return _with_prefixes(root)


def serialise(root: Element) -> bytes:
    """Документ в UTF-8 с отступами в два пробела."""
    etree.indent(root, "  ")
    return _HEADER + etree.tostring(root, encoding="UTF-8", xml_declaration=False, with_tail=False) + b"\n"


def _check(root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise Reject("В диаграмме есть DOCTYPE: такие документы не читаются.", remedy=_REMEDY)
    if root.tag != bpmn("definitions"):
        raise Reject(f"Это не BPMN 2.0: корень документа — {root.tag}.", remedy="укажите файл диаграммы BPMN.")
    if _too_deep(root):
        raise Reject(f"Вложенность элементов больше {DEPTH_LIMIT}.", remedy="упростите диаграмму.")


def _too_deep(root: Element) -> bool:
    depth = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > DEPTH_LIMIT:
            return True
    return False


def _with_prefixes(root: Element) -> Element:
    """Тот же корень, где объявлено всё, чем пользуется перенос: lxml не добавляет приставок готовому элементу."""
    declared: dict[str | None, str] = {**root.nsmap}
    for prefix, space in PREFIXES.items():
        if space not in declared.values():
            declared[prefix if prefix not in declared else f"{prefix}_exchanger"] = space
    attributes = {str(name): str(value) for name, value in root.attrib.items()}
    fresh = etree.Element(
        root.tag, attributes, nsmap=cast("dict[str, str]", declared)
    )  # the stubs forget the None prefix
    fresh.extend(list(root))
    return fresh
