"""The part of JSON Schema that OpenProject's description uses, over its files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.sandbox.openproject.spec_yaml import parse

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_KNOWN = {
    "$ref", "additionalProperties", "allOf", "anyOf", "default", "deprecated", "description", "enum", "example",
    "examples", "exclusiveMinimum", "format", "items", "maxLength", "maximum", "minItems", "minimum", "nullable",
    "oneOf", "pattern", "patternProperties", "properties", "readOnly", "required", "title", "type", "writeOnly",
    "discriminator", "const", "maxItems", "minLength",
}  # fmt: skip


@cache
def load(path: Path) -> Any:
    return parse(path.read_text("utf-8"))


def response(root: Path, path_file: str, method: str, status: int) -> tuple[Any, Path]:
    """The schema of an answer, and the folder from which its references count."""
    file = root / "paths" / path_file
    answer = load(file)[method]["responses"][str(status)]
    (content,) = answer["content"].values()
    return content["schema"], file.parent


def violations(schema: Any, here: Path, value: Any, at: str = "") -> Iterator[str]:
    """What of the value the schema does not allow."""
    if unknown := set(schema) - _KNOWN:
        raise ValueError(f"схема говорит больше, чем мы понимаем: {unknown}")
    if "$ref" in schema:
        target = (here / schema["$ref"]).resolve()
        yield from violations(load(target), target.parent, value, at)
        return
    for part in schema.get("allOf", ()):
        yield from violations(part, here, value, at)
    for word in ("oneOf", "anyOf"):
        if word in schema and all(list(violations(part, here, value, at)) for part in schema[word]):
            yield f"{at}: ни один из {word}"
    yield from _plain(schema, value, at)
    if isinstance(value, dict):
        yield from _object(schema, here, value, at)
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from violations(schema["items"], here, item, f"{at}[{number}]")


def _plain(schema: Any, value: Any, at: str) -> Iterator[str]:
    kinds = schema.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    # An unquoted null in a list of types is read as no value at all.
    allowed = tuple(kind for name in kinds for kind in _TYPES["null" if name is None else name])
    if allowed and (not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed)):
        yield f"{at}: {type(value).__name__}, а нужно {kinds}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} нет среди {schema['enum']}"
    if isinstance(value, int) and "minimum" in schema and value < schema["minimum"]:
        yield f"{at}: меньше {schema['minimum']}"


def _object(schema: Any, here: Path, value: Mapping[str, Any], at: str) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}: нет {name}"
    for name, item in value.items():
        if name in schema.get("properties", {}):
            yield from violations(schema["properties"][name], here, item, f"{at}.{name}")
        for pattern, inner in schema.get("patternProperties", {}).items():
            if re.search(pattern, name):
                yield from violations(inner, here, item, f"{at}.{name}")
