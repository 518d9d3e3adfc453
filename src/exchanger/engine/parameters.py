"""Свойства, поля и параметры ввода-вывода элемента."""

from __future__ import annotations

from lxml import etree

from exchanger.engine.bpmn_xml import attribute, extensions, own_extensions, text


def properties(element: etree._Element) -> dict[str, str]:
    """`properties/property`: пары с непустыми именем и значением."""
    pairs = (
        (found.get("name", ""), found.get("value", "")) for found in own_extensions(element, "properties", "property")
    )
    return {name: value for name, value in pairs if name and value}


def fields(element: etree._Element) -> dict[str, str]:
    """`field`: значение в атрибуте `stringValue` или `expression`, либо во вложенном `string` или `expression`."""
    return {name: _field(found) for found in own_extensions(element, "field") if (name := found.get("name"))}


def inputs(element: etree._Element) -> dict[str, object]:
    """`inputParameter`: строки, вложенные map и list, тексты сценариев."""
    return _parameters(element, "inputParameter")


def outputs(element: etree._Element) -> dict[str, object]:
    """`outputParameter`, в том же виде."""
    return _parameters(element, "outputParameter")


def _field(found: etree._Element) -> str:
    for name in ("stringValue", "expression"):
        value = found.get(name)
        if value is not None:
            return value
    return next((text(child) for name in ("string", "expression") for child in extensions(found, name)), "")


def _parameters(element: etree._Element, tag: str) -> dict[str, object]:
    found = own_extensions(element, "inputOutput", tag)
    return {name: _content(parameter) for parameter in found if (name := parameter.get("name"))}


def _content(holder: etree._Element) -> object:
    """Значение параметра или элемента map: вложенное, если оно есть, иначе текст."""
    nested = next((child for child in holder.iterchildren(etree.Element)), None)
    return text(holder) if nested is None else _nested(nested)


def _nested(element: etree._Element) -> object:
    match etree.QName(element).localname:
        case "map":
            return {entry.get("key", ""): _content(entry) for entry in extensions(element, "entry")}
        case "list":
            return [_nested(item) for item in element.iterchildren(etree.Element)]
        case "script":
            return text(element) or element.get("resource", "") or attribute(element, "resource")
    return text(element)
