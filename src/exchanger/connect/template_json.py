"""Форма в виде шаблона элемента: схема @camunda/element-templates-json-schema (Camunda 7)."""

from __future__ import annotations

from collections.abc import Mapping

from exchanger.connect.template import Form, Place, Question

Json = Mapping[str, object]

_KEYWORDS = ("Exchanger",)


def template(form: Form, version: int) -> Json:
    """Шаблон; прежние версии узнаются по тому же `id`."""
    questions = list(form.questions())
    groups = list(dict.fromkeys(each.group for each in questions))
    return {
        "name": form.title,
        "id": form.id,
        "version": version,
        "description": form.about,
        "keywords": [*_KEYWORDS, form.system, form.topic],
        "appliesTo": ["bpmn:Task", "bpmn:ServiceTask"],
        "elementType": {"value": "bpmn:ServiceTask"},
        "entriesVisible": True,  # listeners, expressions and outputs stay within reach
        "groups": [{"id": group.id, "label": group.label} for group in groups],
        "properties": [_fixed("type", "external"), _fixed("topic", form.topic), *map(_property, questions)],
    }


def _fixed(name: str, value: str) -> Json:
    return {"type": "Hidden", "value": value, "binding": {"type": "property", "name": f"camunda:{name}"}}


def _property(question: Question) -> Json:
    shown: dict[str, object] = {
        "label": question.label,
        "type": _type(question),
        "group": question.group.id,
        "binding": {"type": question.place.value, "name": question.name},
    }
    if question.about:
        shown["description"] = question.about
    if question.choices:
        shown["choices"] = [{"name": label, "value": value} for value, label in question.choices.items()]
        shown["value"] = next(iter(question.choices))
    if question.required:
        shown["constraints"] = {"notEmpty": True}
    return shown


def _type(question: Question) -> str:
    """`camunda:property` takes one line only."""
    if question.choices:
        return "Dropdown"
    return "Text" if question.long and question.place is Place.INPUT else "String"
