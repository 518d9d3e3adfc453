"""Вызовы: связанная диаграмма вызывается по её ключу, вызов без цели становится задачей."""

from __future__ import annotations

import json
import re

from lxml import etree

from exchanger.storm.context import Context
from exchanger.storm.ids import process_key
from exchanger.storm.model import extension_elements
from exchanger.storm.names import STORM, Element, bpmn, camunda, ident
from exchanger.storm.passes.tasks import externalise

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BUSINESS_KEY = "#{execution.processBusinessKey}"
_CALL_EXTENSIONS = ("in", "out")


def resolve_calls(context: Context) -> None:
    """Проход: цель — из `links`, из `storm:StormUrl` или уже названная в `calledElement`."""
    for call in context.model.nodes("callActivity"):
        target = _linked(context, call)
        if target:
            _call(context, call, target)
        elif not call.get("calledElement") and not call.get(camunda("caseRef")):
            _replace(context, call)


def _linked(context: Context, call: Element) -> str:
    link = context.links.get(ident(call)) or _storm_link(call)
    return process_key(link) if _UUID.fullmatch(link) else link


def _storm_link(call: Element) -> str:
    """UUID связанной диаграммы из `storm:StormUrl`: «null», JSON с полем `id` или что-то ещё."""
    try:
        found = json.loads(call.get(f"{{{STORM}}}StormUrl", "null"))
    except ValueError:
        return ""
    link = str(found.get("id", "")) if isinstance(found, dict) else ""
    return link if _UUID.fullmatch(link) else ""


def _call(context: Context, call: Element, key: str) -> None:
    if call.get("calledElement") != key:
        call.set("calledElement", key)
        context.found.change(call, f"Вызывает процесс {key}.")
    if key == process_key(context.info.uuid):
        context.found.doubt(call, "Диаграмма вызывает саму себя.", "проверьте, что вызовы когда-нибудь кончатся.")
    extensions = extension_elements(call)
    if any(extensions.find(camunda(name)) is not None for name in _CALL_EXTENSIONS):
        return
    etree.SubElement(extensions, camunda("in"), {"variables": "all"})
    etree.SubElement(extensions, camunda("in"), {"businessKey": _BUSINESS_KEY})


def _replace(context: Context, call: Element) -> None:
    context.found.doubt(call, "Не сказано, какую диаграмму вызывать: вместо вызова задача.", "свяжите диаграммы.")
    extensions = call.find(bpmn("extensionElements"))
    if extensions is not None:
        for name in _CALL_EXTENSIONS:
            for child in extensions.findall(camunda(name)):
                extensions.remove(child)
    externalise(context, call)
