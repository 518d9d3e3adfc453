"""Пространства имён и роды элементов BPMN, которыми занят перенос."""

from __future__ import annotations

import re
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001  # lxml names no public type for an element

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
OMG_DI = "http://www.omg.org/spec/DD/20100524/DI"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
STORM = "http://storm.bpmn2.ru/ns"
CUSTOM = "http://eg-holding.ru/bpmn/custom"

PREFIXES = {
    "bpmn": MODEL,
    "bpmndi": DI,
    "dc": DC,
    "di": OMG_DI,
    "xsi": XSI,
    "camunda": CAMUNDA,
    "custom": CUSTOM,
}

TASKS = frozenset(
    {"task", "userTask", "manualTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "serviceTask"}
)
SUBPROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES = TASKS | SUBPROCESSES | {"callActivity"}
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway"})
MIDDLE_EVENTS = frozenset({"intermediateCatchEvent", "intermediateThrowEvent"})
EVENTS = MIDDLE_EVENTS | {"startEvent", "endEvent", "boundaryEvent"}
NODES = ACTIVITIES | GATEWAYS | EVENTS
SCOPES = SUBPROCESSES | {"process"}


_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """Текст без знаков, которых не бывает в XML."""
    return _UNWRITABLE.sub("", text)


def bpmn(name: str) -> str:
    """Имя тега BPMN в записи lxml."""
    return f"{{{MODEL}}}{name}"


def camunda(name: str) -> str:
    """Имя атрибута или тега расширения Camunda в записи lxml."""
    return f"{{{CAMUNDA}}}{name}"


def kind_of(element: Element) -> str:
    """Род элемента BPMN («userTask»); «» — элемент не из BPMN."""
    name = etree.QName(element)
    return name.localname if name.namespace == MODEL else ""


def ident(element: Element) -> str:
    """Id элемента; «» — нет."""
    return element.get("id", "")
