"""Файл запуска процесса (YAML) и переменные командной строки. Ошибка говорит файл и строку.

`{process_key, version, business_key, description, variables: {имя: значение | {value, type}}}`: без типа он берётся по
значению, с типом значение должно ему подойти. Дата без типа — текст: часового пояса YAML за человека не выбирает.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from exchanger.domain.errors import ConfigError
from exchanger.domain.typed import FOREIGN_TYPE, from_rest, typed
from exchanger.domain.variables import JsonValue, Variable, Variables, VariableType

SIZE_LIMIT = 1024 * 1024

TYPES = tuple(kind for kind in VariableType if kind not in {VariableType.FILE, VariableType.OBJECT, VariableType.BYTES})
"""Типы, которые можно назвать."""

_SEPARATOR = re.compile(r",(?=\s*[^\W\d][\w.]*(?::\w+)?=)")
_FILE_REMEDY = "образец и все ключи: docs/how-to/processes.md."
_LINE_REMEDY = "пишите -v имя=значение, -v имя:Тип=значение или -v '{\"имя\": значение}'."


@dataclass(frozen=True, slots=True)
class StartFile:
    """Что запустить; пустое не задано."""

    process_key: str = ""
    version: int | None = None
    business_key: str | None = None
    description: str = ""
    variables: Variables = field(default_factory=dict)


class _Loader(yaml.SafeLoader):
    """Без превращения дат: `2026-03-12` остаётся текстом."""


def _as_written(_: yaml.SafeLoader, node: yaml.Node) -> str:
    return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _as_written)

Fault = Callable[[yaml.Node, str], ConfigError]
"""Ошибка в этом месте."""


def read_start(path: Path) -> StartFile:
    """Прочитать файл запуска; `ConfigError` — с именем файла и строкой."""
    node = _document(_text(path), str(path))
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(f"Файл запуска {path}: нужны ключи process_key, variables, ….", remedy=_FILE_REMEDY)

    def fault(place: yaml.Node, what: str) -> ConfigError:
        return ConfigError(f"{path}, строка {place.start_mark.line + 1}: {what}.", remedy=_FILE_REMEDY)

    found: dict[str, yaml.Node] = {}
    for key, value in _pairs(node, fault):
        if key not in StartFile.__dataclass_fields__:
            raise fault(_key_of(node, value), f"ключа «{key}» нет; есть: {', '.join(StartFile.__dataclass_fields__)}")
        found[key] = value
    return StartFile(
        process_key=_word(found.get("process_key"), fault) or "",
        version=_version(found.get("version"), fault),
        business_key=_word(found.get("business_key"), fault),
        description=_word(found.get("description"), fault) or "",
        variables=_variables(found.get("variables"), fault),
    )


def read_line(text: str) -> Variables:
    """Прочитать `-v`: `имя=значение`, `имя:Тип=значение`, несколько через запятую, или объект JSON."""
    if text.lstrip().startswith("{"):
        return _variables(_document(text, "-v"), lambda _, what: ConfigError(f"-v: {what}.", remedy=_LINE_REMEDY))
    return dict(_assignment(part.strip()) for part in _SEPARATOR.split(text))


def _assignment(text: str) -> tuple[str, Variable]:
    name, equals, value = text.partition("=")
    name, _, kind = name.strip().partition(":")
    if not equals or not name:
        raise ConfigError(f"-v: «{text}» — не имя=значение.", remedy=_LINE_REMEDY)
    try:
        return name, _of_type(kind, _guessed(value), value) if kind else typed(_guessed(value))
    except ValueError as error:
        raise ConfigError(f"-v: {name}: {error}.", remedy=_LINE_REMEDY) from error


def _guessed(text: str) -> JsonValue:
    """JSON when it is JSON (numbers, true, null, objects), else the text itself."""
    lowered = text.strip().lower()
    try:
        return _plain(json.loads(lowered if lowered in {"true", "false"} else text))
    except ValueError:
        return text


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise ConfigError(f"Файл запуска {path} больше {SIZE_LIMIT // 1024} КБ.")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Файл запуска {path} не читается: {error}.", remedy="проверьте путь, права, UTF-8."
        ) from None


def _document(text: str, name: str) -> yaml.Node | None:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise ConfigError(f"{name}: ссылки YAML (*) не читаются.", remedy="повторите значение.")
        documents = list(yaml.compose_all(text, _Loader))
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", строка {mark.line + 1}" if mark is not None else ""
        what = getattr(error, "problem", None) or type(error).__name__
        raise ConfigError(f"{name}{place}: не YAML: {what}.", remedy=_FILE_REMEDY) from None
    if len(documents) > 1:
        line = documents[1].start_mark.line + 1
        raise ConfigError(f"{name}, строка {line}: второй документ.", remedy="запуск один: разделите файл по «---».")
    return documents[0] if documents else None


def _pairs(node: yaml.MappingNode, fault: Fault) -> Iterator[tuple[str, yaml.Node]]:
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in seen:
            raise fault(key, f"ключ «{key.value}» повторён" if isinstance(key, yaml.ScalarNode) else "ключ не текст")
        seen.add(key.value)
        yield key.value, value


def _key_of(node: yaml.MappingNode, value: yaml.Node) -> yaml.Node:
    return next(key for key, each in node.value if each is value)  # type: ignore[no-any-return]  # stubs leave it open


def _word(node: yaml.Node | None, fault: Fault) -> str | None:
    """A scalar as it is written: a business key `007` is no number."""
    if node is None or node.tag == "tag:yaml.org,2002:null":
        return None
    if not isinstance(node, yaml.ScalarNode):
        raise fault(node, "нужен текст")
    return str(node.value)


def _version(node: yaml.Node | None, fault: Fault) -> int | None:
    written = _word(node, fault)
    if node is None or written is None:
        return None
    if not written.isdecimal() or int(written) < 1:
        raise fault(node, f"version — номер версии определения, а не «{written}»")
    return int(written)


def _variables(node: yaml.Node | None, fault: Fault) -> Variables:
    if node is None or node.tag == "tag:yaml.org,2002:null":
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise fault(node, "variables — это «имя: значение»")
    return {name: _variable(name, value, fault) for name, value in _pairs(node, fault)}


def _variable(name: str, node: yaml.Node, fault: Fault) -> Variable:
    parts = dict(_pairs(node, fault)) if isinstance(node, yaml.MappingNode) else {}
    try:
        if parts.keys() != {"value", "type"}:
            return typed(_value(node))
        kind, value = parts["type"], parts["value"]
        written = value.value if isinstance(value, yaml.ScalarNode) else ""
        return _of_type(str(kind.value), _value(value), written)
    except (ValueError, yaml.YAMLError) as error:
        raise fault(node, f"переменная «{name}»: {error}") from error


def _value(node: yaml.Node) -> JsonValue:
    return _plain(_Loader("").construct_object(node, deep=True))


def _plain(value: object) -> JsonValue:
    """Only what JSON can say; the keys of objects become texts."""
    try:
        read: JsonValue = json.loads(json.dumps(value, allow_nan=False))
    except TypeError as error:
        raise ValueError("такое значение процессу не передать") from error
    return read


def _of_type(name: str, value: JsonValue, written: str) -> Variable:
    kind = next((each for each in TYPES if each.lower() == name.lower()), None)
    if kind is None:
        raise ValueError(f"типа «{name}» нет; есть: {', '.join(TYPES)}")
    if kind is VariableType.JSON:
        return Variable(kind, value)
    asked = written if kind is VariableType.STRING and isinstance(value, bool | int | float) else value
    read = from_rest({"type": str(kind), "value": asked})
    if FOREIGN_TYPE in read.info:
        hint = ": нужно время с поясом, 2026-03-12T10:00:00.000+03:00" if kind is VariableType.DATE else ""
        raise ValueError(f"значение не подходит типу {kind}{hint}")
    return read
