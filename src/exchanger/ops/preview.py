"""Показать, что сделала бы операция с элементом диаграммы: ничего не создаётся."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from exchanger.connect import OpenSystem
from exchanger.connect.showing import Explained, Explaining, Showing
from exchanger.domain.errors import ConfigError
from exchanger.domain.key import Key
from exchanger.domain.task import ExternalTask, Metadata, Order
from exchanger.domain.typed import from_rest, typed
from exchanger.domain.variables import JsonValue, Variable
from exchanger.engine.bpmn_xml import MODEL, parse
from exchanger.engine.metadata import BpmnMetadata

_VARIABLE = re.compile(r"[$#]\{\s*([A-Za-z_]\w*)\s*\}")
_EXPRESSION = re.compile(r"[$#]\{")


@dataclass(frozen=True, slots=True)
class Element:
    """Элемент диаграммы и переменные, с которыми его показать."""

    diagram: bytes
    id: str
    variables: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Shown:
    """Что получилось; `topic` — тема элемента."""

    topic: str
    name: str
    explained: Explained


async def preview(system: OpenSystem, element: Element) -> Shown:
    """Показать; `Reject` — операция отказалась бы, `ConfigError` — показывать нечего."""
    order, unknown = order_of(system.name, element)
    topic = order.task.topic
    key = Key("preview", "preview", order.task.id)
    if topic in system.works:
        work = system.works[topic]
        params = work.prepare(order)
        if isinstance(work, Explaining):
            explained = await work.explain(key, params)
        elif isinstance(work, Showing):
            explained = Explained(await work.preview(key, params))
        else:
            explained = Explained(params.model_dump(mode="json", exclude_defaults=True))
    elif topic in system.calls:
        explained = Explained(system.calls[topic].prepare(order).model_dump(mode="json"))
    else:
        raise ConfigError(
            f"Тему {topic} система {system.name} не обслуживает.",
            remedy=f"исправьте тему элемента; есть: {', '.join(system.topics)}.",
        )
    return Shown(topic, order.metadata.activity_name, replace(explained, missing=(*unknown, *explained.missing)))


def order_of(system: str, element: Element) -> tuple[Order, list[str]]:
    """Заявка, какой она пришла бы от движка, и входные параметры, чьё значение знает только он."""
    metadata = BpmnMetadata.parse(element.diagram).of(element.id)
    if not metadata.activity_topic:
        there = ", ".join(external_tasks(element.diagram)) or "ни одной"
        raise ConfigError(
            f"Внешней задачи {element.id} в диаграмме нет.", remedy=f"назовите её --element; в диаграмме есть: {there}."
        )
    process = {name: _variable(value) for name, value in element.variables.items()}
    local, unknown = _evaluated(metadata, process)
    definition = process_of(element.diagram, element.id)
    task = ExternalTask(
        id="preview",
        topic=metadata.activity_topic,
        process_instance_id="preview",
        process_definition_id=definition,
        process_definition_key=definition,
        activity_id=element.id,
    )
    return Order(task, system, {**process, **local}, metadata), unknown


def external_tasks(diagram: bytes) -> list[str]:
    """Элементы с темой по порядку: их id."""
    metadata = BpmnMetadata.parse(diagram)
    ids = [each.get("id", "") for each in parse(diagram).iter("{*}*") if each.get("id")]
    return [each for each in ids if metadata.of(each).activity_topic]


def process_of(diagram: bytes, element_id: str) -> str:
    """Ключ процесса, в котором стоит элемент."""
    for process in parse(diagram).iterchildren(MODEL + "process"):
        if any(each.get("id") == element_id for each in process.iter("{*}*")):
            return process.get("id", "")
    return ""


def _variable(value: JsonValue) -> Variable:
    """`{"value": …, "type": …}` is the form of the engine, anything else is the value itself."""
    if isinstance(value, dict) and "value" in value and value.keys() <= {"value", "type", "valueInfo"}:
        return from_rest(value)
    return typed(value)


def _evaluated(metadata: Metadata, process: Mapping[str, Variable]) -> tuple[dict[str, Variable], list[str]]:
    """Input parameters as the engine would make variables of them: a text, one variable, nothing."""
    local: dict[str, Variable] = {}
    unknown = []
    for name, value in _texts(metadata):
        whole = _VARIABLE.fullmatch(value)
        if whole is not None and whole[1] in process:
            local[name] = process[whole[1]]
        elif _EXPRESSION.search(value):
            local[name] = typed(None)
            unknown.append(f"{name}: значение {value} вычислит движок; в показе его нет")
        else:
            local[name] = typed(value or None)
    return local, unknown


def _texts(metadata: Metadata) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in metadata.input_parameters.items() if isinstance(value, str))
