"""What Camunda Modeler does to a service task when a template is applied (bpmn-js-element-templates 2.37)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

Template = Mapping[str, Any]

_HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t">'
)


def diagram(template: Template, filled: Mapping[str, str], name: str = "Согласовать") -> str:
    """A process with one task; every input parameter is written, the empty ones as well: that's what Modeler does."""
    fixed = {each["binding"]["name"]: each["value"] for each in template["properties"] if each["type"] == "Hidden"}
    attributes = " ".join(f"{attribute}={quoteattr(value)}" for attribute, value in fixed.items())
    inputs, properties = _written(template, filled)
    return (
        f'{_HEAD}<bpmn:process id="Process_form" isExecutable="true" camunda:historyTimeToLive="1">'
        '<bpmn:startEvent id="Start"/><bpmn:sequenceFlow id="F1" sourceRef="Start" targetRef="Activity_1"/>'
        f'<bpmn:serviceTask id="Activity_1" name={quoteattr(name)} {attributes}><bpmn:extensionElements>'
        f"<camunda:inputOutput>{inputs}</camunda:inputOutput><camunda:properties>{properties}</camunda:properties>"
        "</bpmn:extensionElements></bpmn:serviceTask></bpmn:process></bpmn:definitions>"
    )


def _written(template: Template, filled: Mapping[str, str]) -> tuple[str, str]:
    inputs = properties = ""
    for each in template["properties"]:
        binding, value = each["binding"], filled.get(each["binding"]["name"], each.get("value", ""))
        name, written = quoteattr(binding["name"]), quoteattr(value)[1:-1]
        if binding["type"] == "camunda:inputParameter":
            inputs += f"<camunda:inputParameter name={name}>{written}</camunda:inputParameter>"
        elif binding["type"] == "camunda:property":
            properties += f"<camunda:property name={name} value={quoteattr(value)}/>"
    return inputs, properties


def names(template: Template) -> list[str]:
    """Names that a designer fills in."""
    return [each["binding"]["name"] for each in template["properties"] if each["type"] != "Hidden"]
