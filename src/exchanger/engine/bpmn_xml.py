"""Безопасное чтение BPMN: без DTD, сущностей и сети; имена пространств."""

from __future__ import annotations

from lxml import etree

from exchanger.domain.errors import Reject

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
EXTENSIONS = ("{http://camunda.org/schema/1.0/bpmn}", "{http://operaton.org/schema/1.0/bpmn}")
SIZE_LIMIT = 10 * 1024 * 1024
_REMEDY = "разверните исправленную диаграмму."


def parse(xml: bytes) -> etree._Element:
    """Корень документа UTF-8; `Reject` — слишком велик, не разобрать или есть DTD (в BPMN ему делать нечего)."""
    if len(xml) > SIZE_LIMIT:
        raise Reject(f"Диаграмма больше {SIZE_LIMIT // 1024 // 1024} МБ: {len(xml)} байт.", remedy=_REMEDY)
    # The engine delivers text, so a declared encoding no longer says anything about these bytes.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise Reject(f"Диаграмму не разобрать: {error.msg}.", remedy=_REMEDY) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Reject("В диаграмме есть DOCTYPE: такие документы не читаются.", remedy=_REMEDY)
    return root


def attribute(element: etree._Element, name: str) -> str:
    """Атрибут расширения (camunda: или operaton:); «» — нет."""
    return next((value for space in EXTENSIONS if (value := element.get(space + name)) is not None), "")


def extensions(element: etree._Element, *path: str) -> list[etree._Element]:
    """Элементы расширения по пути от `element`, в порядке документа."""
    found = [element]
    for name in path:
        tags = [space + name for space in EXTENSIONS]
        found = [child for parent in found for child in parent.iterchildren(*tags)]
    return found


def own_extensions(element: etree._Element, *path: str) -> list[etree._Element]:
    """То же внутри собственного `extensionElements`: чужие, вложенные глубже, не в счёт."""
    return [found for own in element.iterchildren(MODEL + "extensionElements") for found in extensions(own, *path)]


def text(element: etree._Element) -> str:
    """Текст без комментариев и краёв: так его читает и движок."""
    return str(element.xpath("string()")).strip()
