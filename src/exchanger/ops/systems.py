"""Системы глазами администратора: какие есть, что умеют, что в них проверено."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic_core import PydanticUndefined

from exchanger.connect import Operation, Plugin, Quality
from exchanger.connect.params import names_of
from exchanger.settings import Settings
from exchanger.wiring import Broken, Registry
from exchanger.wiring.registry import BUILT_IN


@dataclass(frozen=True, slots=True)
class Parameter:
    """Параметр операции: имя, тип, значение без него («» — обязателен) и описание."""

    name: str
    kind: str
    default: str
    about: str


@dataclass(frozen=True, slots=True)
class SystemLine:
    """Система в списке; `why` — почему её нельзя обслуживать."""

    name: str
    enabled: bool
    topics: tuple[tuple[str, str], ...] = ()
    why: str = ""


def listing(settings: Settings, registry: Registry | None = None) -> list[SystemLine]:
    """Все известные системы; у каждой темы — её обещание."""
    registry = registry or Registry.installed()
    names = settings.installation.systems
    known = [name for name in names if name in registry.names]
    _, broken = registry.enabled(known, settings.installation.topics)
    refused = {fault.name: fault.why for fault in broken}
    lines = [_line(registry.load(name), name, name in names, refused.get(name, "")) for name in registry.names]
    return lines + [SystemLine(name, enabled=True, why="такой системы нет") for name in names if name not in known]


def _line(found: Plugin | Broken, name: str, enabled: bool, refused: str) -> SystemLine:  # noqa: FBT001 - a column
    if isinstance(found, Broken):
        return SystemLine(name, enabled, why=found.why)
    topics = [(topic, operation.promise.value) for operation in found.operations for topic in operation.topics]
    return SystemLine(name, enabled, tuple(topics), refused)


def parameters(operation: Operation) -> Iterator[Parameter]:
    """Параметры операции, по порядку модели."""
    if operation.params is None:
        return
    schema = operation.params.model_json_schema(mode="serialization").get("properties", {})
    for attribute, info in operation.params.model_fields.items():
        shape = schema.get(info.serialization_alias or info.alias or attribute, {})
        default = info.get_default(call_default_factory=False)
        missing = default is PydanticUndefined
        shown = "" if missing and info.is_required() else "—" if missing or default in (None, "", ()) else str(default)
        about = ". ".join(text for text in (info.title, info.description) if text)
        yield Parameter(names_of(attribute, info)[0], _kind(shape), shown, about)


_KINDS = {
    "string": "текст",
    "integer": "целое",
    "number": "число",
    "boolean": "да/нет",
    "array": "список",
    "object": "имя → значение",
}


def _kind(shape: dict[str, object]) -> str:
    several = shape.get("anyOf")
    if isinstance(several, list):
        kinds = dict.fromkeys(_kind(one) for one in several if one.get("type") != "null")
        return " или ".join(kinds)
    if isinstance(values := shape.get("enum"), list):
        return " | ".join(map(str, values))
    if shape.get("format") == "date":
        return "день"
    if shape.get("format") == "date-time":
        return "время"
    return _KINDS.get(str(shape.get("type")), "значение")


def cards() -> Iterator[tuple[str, Plugin]]:
    """Встроенные системы для справочника."""
    registry = Registry({point.name: (point,) for point in BUILT_IN})
    for name in registry.names:
        found = registry.load(name)
        if isinstance(found, Plugin):
            yield name, found


_HEAD = """# Системы

Порождено командой `exchanger systems reference`: чем система обещает не удвоить объект и что в ней проверено.

**keyed** — система сама откажет второму объекту с ключом; **marked** — ключ в поле, по которому ищут;
**repeatable** — вызов можно повторить; **blind** — нельзя, сомнение решает человек."""


def reference() -> str:
    """Справочник систем: операции, обещания, карточки качества; порождается, проверяется на отставание."""
    lines = _HEAD.splitlines()
    for name, plugin in cards():
        lines += ["", f"## {name}", "", "| темы | обещание | операция |", "|---|---|---|"]
        lines += [_row(operation) for operation in plugin.operations]
        lines += ["", "| правило | состояние | обоснование |", "|---|---|---|"]
        lines += [f"| {rule.title} | {rule.mark.value} | {rule.why} |" for rule in plugin.quality.rules]
    return "\n".join(lines) + "\n"


def _row(operation: Operation) -> str:
    topics = ", ".join(f"`{topic}`" for topic in operation.topics)
    return f"| {topics} | {operation.promise.value} | {operation.about} |"


def counted(quality: Quality) -> str:
    """Сколько правил в каком состоянии."""
    marks = [rule.mark.value for rule in quality.rules]
    return ", ".join(f"{mark} — {marks.count(mark)}" for mark in dict.fromkeys(marks))
