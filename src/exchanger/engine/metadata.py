"""Сведения диаграммы о внешних задачах."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from lxml import etree

from exchanger.domain.task import Metadata
from exchanger.engine import parameters
from exchanger.engine.bpmn_xml import MODEL, attribute, parse
from exchanger.engine.catches import Catches

_TASKS = tuple(MODEL + name for name in ("serviceTask", "sendTask", "businessRuleTask"))
_EVENTS = tuple(MODEL + name for name in ("intermediateThrowEvent", "endEvent"))


class BpmnMetadata:
    """Сведения обо всех элементах одного документа, которые могут быть внешними задачами."""

    def __init__(self, elements: Mapping[str, Metadata]) -> None:
        self._elements = elements

    @classmethod
    def parse(cls, xml: bytes) -> Self:
        """Прочитать BPMN (UTF-8); `Reject` — документ не прочесть."""
        root = parse(xml)
        catches = Catches(root)
        elements: dict[str, Metadata] = {}
        for process in root.iterchildren(MODEL + "process"):
            shared = parameters.properties(process)
            for element in process.iter(*_TASKS, *_EVENTS):
                definition = _definition(element)
                if definition is not None:
                    elements[element.get("id", "")] = _metadata(element, definition, shared, catches.of(element))
        return cls(elements)

    @property
    def topics(self) -> frozenset[str]:
        """Темы внешних задач документа."""
        found = self._elements.values()
        return frozenset(each.activity_topic for each in found if each.activity_type == "external") - {""}

    def of(self, activity_id: str) -> Metadata:
        """Сведения об элементе; неизвестный — пустые."""
        return self._elements.get(activity_id, Metadata())


def _definition(element: etree._Element) -> etree._Element | None:
    """Где у элемента написаны `type` и `topic`: у задачи — на ней, у события — на определении сообщения."""
    if element.tag in _TASKS:
        return element
    return next(element.iterchildren(MODEL + "messageEventDefinition"), None)


def _metadata(
    element: etree._Element, definition: etree._Element, shared: Mapping[str, str], catches: frozenset[str]
) -> Metadata:
    return Metadata(
        extension_properties=parameters.properties(element),
        field_injections={**parameters.fields(definition), **parameters.fields(element)},
        input_parameters=parameters.inputs(element),
        output_parameters=parameters.outputs(element),
        activity_name=element.get("name", ""),
        activity_type=attribute(definition, "type"),
        activity_topic=attribute(definition, "topic"),
        process_properties=shared,
        multi_instance=element.find(MODEL + "multiInstanceLoopCharacteristics") is not None,
        catches=catches,
    )
