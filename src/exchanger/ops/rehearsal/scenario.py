"""Сценарий: написанные ответы и то, что должно получиться. Файл YAML, в нём один или несколько."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError, model_validator

from exchanger.domain.errors import ConfigError

SIZE_LIMIT = 1024 * 1024
_DEPTH_LIMIT = 50
_MEANINGS = {"да": "ok", "нет": "no", "yes": "ok", "no": "no"}

Variables = dict[str, JsonValue]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Answer(_Part):
    """Ответ исполнителя: одно из полей. Просто «да» в файле — то же, что `answer: да`."""

    answer: str | bool | int | float | None = Field(None, description="значение переменной, названной по id элемента")
    variables: Variables | None = Field(None, alias="set", description="переменные ответа")
    error: str | None = Field(None, description="код BPMN-ошибки")
    escalation: str | None = Field(None, description="код эскалации")
    wait: str | None = Field(None, description="не отвечает: случается таймер, сообщение или сигнал этого элемента")

    @model_validator(mode="after")
    def _one_of(self) -> Answer:
        given = [self.answer, self.error, self.escalation, self.wait]
        if sum(value is not None for value in given) + (self.variables is not None and self.answer is None) != 1:
            raise ValueError("нужно ровно одно из: answer, set, error, escalation, wait")
        return self


def _answers(raw: object) -> object:
    many = raw if isinstance(raw, list) else [raw]
    return tuple(one if isinstance(one, dict) else {"answer": _meaning(one)} for one in many)


def _meaning(raw: object) -> object:
    # YAML 1.1 reads a bare yes and no as truth values; an answer of the house is "ok" or "no".
    return _MEANINGS.get(raw.strip().casefold(), raw) if isinstance(raw, str) else raw


def _list(raw: object) -> object:
    return raw if isinstance(raw, list) else [raw]


Answers = Annotated[tuple[Answer, ...], BeforeValidator(_answers)]
Names = Annotated[tuple[str, ...], BeforeValidator(_list)]


class Start(_Part):
    """Запуск."""

    variables: Variables = Field(default_factory=dict, description="переменные запуска")
    business_key: str | None = Field(None, description="business key")
    at: str = Field("", description="начало, если их несколько: id или название")


class Expect(_Part):
    """Что должно получиться. Элементы — по id или по названию."""

    path: Names = Field((), description="элементы по порядку; между ними могут быть другие")
    visited: Names = Field((), description="элементы, которые пройдены, порядок не важен")
    avoided: Names = Field((), description="элементы, в которых процесс не был")
    end: Names = Field((), description="события конца")
    variables: Variables = Field(default_factory=dict, description="переменные в конце; null — нет или пусто")
    stuck: str = Field("", description="процесс должен остановиться, ожидая в этом элементе")
    tasks: dict[str, Variables] = Field(default_factory=dict, description="элемент → поля поставленной задачи")


class Scenario(_Part):
    """Один сценарий."""

    name: str = Field(min_length=1, description="название")
    process: str = Field("", description="ключ процесса; без него — первый процесс файла")
    start: Start = Field(default_factory=Start, description="запуск")
    answers: dict[str, Answers] = Field(default_factory=dict, description="элемент → ответ или ответы по очереди")
    messages: dict[str, Variables] = Field(
        default_factory=dict, description="сообщения, сигналы и условия, которые придут: имя или элемент → переменные"
    )
    expect: Expect = Field(default_factory=Expect, description="что должно получиться")
    steps: int = Field(100, ge=1, le=10_000, description="больше ходов — сценарий не прошёл")


class ScenarioFile(_Part):
    """Файл сценариев."""

    files: Names = Field((), description="диаграммы вызываемых процессов, пути от этого файла")
    scenarios: tuple[Scenario, ...] = Field(min_length=1, description="сценарии")


class _Loader(yaml.SafeLoader):
    """Безопасное чтение без ссылок: якорями пишут бомбы."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Отказать ссылке."""
        if self.check_event(yaml.events.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it open
            raise yaml.constructor.ConstructorError(None, None, "ссылки YAML (*) не читаются", event.start_mark)
        return super().compose_node(parent, index)


def read_scenarios(path: Path) -> ScenarioFile:
    """Прочитать файл; `ConfigError` — все ошибки сразу, с номерами строк."""
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8") if size <= SIZE_LIMIT else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Сценарий {path} не читается: {error}.", remedy="проверьте путь, права, UTF-8.") from None
    if size > SIZE_LIMIT:
        raise ConfigError(f"Сценарий {path} больше {SIZE_LIMIT // 1024} КБ.", remedy="разделите его на файлы.")
    try:
        node = yaml.compose(text, _Loader)
        raw = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with less
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"Сценарий {path} — не YAML: {_where(error)}.", remedy="исправьте файл.") from None
    try:
        return ScenarioFile.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(_errors(path, node, error)), remedy="см. docs/reference/scenario.md.") from None


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f"строка {mark.line + 1}: " if mark is not None else ""
    return line + str(getattr(error, "problem", None) or error).splitlines()[0]


def _errors(path: Path, node: yaml.Node | None, error: ValidationError) -> Iterator[str]:
    found = error.errors()
    # A list whose items are wrong counts as empty for pydantic: said only when it is all there is to say.
    for one in [one for one in found if one["type"] != "too_short"] or found:
        place = ".".join(str(part) for part in one["loc"])
        yield f"{path}, строка {_line(node, one['loc'])}: {place}: {_russian(one)}"


def _russian(one: Any) -> str:
    match one["type"]:
        case "extra_forbidden":
            return "такого ключа нет"
        case "missing":
            return "не задано"
        case "too_short":
            return "нужен хотя бы один"
        case "value_error":
            return str(one["ctx"]["error"])
    return f"неверное значение ({one['msg']})"


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """Строка самого глубокого узла, до которого удалось дойти."""
    line = node.start_mark.line if node is not None else 0
    for part in place:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
    return line + 1
