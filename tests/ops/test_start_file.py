"""Start files: typed variables, and a mistake is told with its file and line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.domain.variables import Variable, VariableType
from exchanger.ops.start_file import StartFile, read_line, read_start


def start(tmp_path: Path, text: str) -> StartFile:
    path = tmp_path / "start.yaml"
    path.write_text(text, "utf-8")
    return read_start(path)


def test_values_get_the_type_they_have_or_the_one_that_is_named(tmp_path: Path) -> None:
    read = start(
        tmp_path,
        """
process_key: Process_1
version: 3
business_key: 007
description: проба
variables:
  text: привет
  whole: 5
  big: 3000000000
  part: 1.5
  flag: true
  day: 2026-03-12
  list: [1, {a: 2}]
  nothing: null
  code: {value: 007, type: string}
  amount: {value: 5, type: Double}
  due: {value: 2026-03-12T10:00:00+03:00, type: Date}
  body: {value: {a: 1}, type: Json}
  long: {value: 5, type: Long}
""",
    )

    assert (read.process_key, read.version, read.business_key, read.description) == ("Process_1", 3, "007", "проба")
    assert {name: (variable.type, variable.value) for name, variable in read.variables.items()} == {
        "text": (VariableType.STRING, "привет"),
        "whole": (VariableType.INTEGER, 5),
        "big": (VariableType.LONG, 3000000000),
        "part": (VariableType.DOUBLE, 1.5),
        "flag": (VariableType.BOOLEAN, True),
        "day": (VariableType.STRING, "2026-03-12"),
        "list": (VariableType.JSON, [1, {"a": 2}]),
        "nothing": (VariableType.NULL, None),
        "code": (VariableType.STRING, "007"),
        "amount": (VariableType.DOUBLE, 5.0),
        "due": (VariableType.DATE, datetime(2026, 3, 12, 7, tzinfo=UTC)),
        "body": (VariableType.JSON, {"a": 1}),
        "long": (VariableType.LONG, 5),
    }


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("process_key: a\nvariable: {}\n", 2, "ключа «variable» нет"),
        ("process_key: a\nprocess_key: b\n", 2, "повторён"),
        ("process_key: a\nversion: новая\n", 2, "номер версии"),
        ("process_key: a\nvariables:\n  n: 1\n  m: {value: x, type: Integer}\n", 4, "не подходит типу Integer"),
        ("variables:\n  n: {value: 1, type: Number}\n", 2, "типа «Number» нет"),
        ("variables:\n  d: {value: 2026-03-12T10:00:00, type: Date}\n", 2, "с поясом"),
        ("variables:\n  n: .inf\n", 2, "переменная «n»"),
        ("variables: [1]\n", 1, "имя: значение"),
        ("process_key: a\n---\nprocess_key: b\n", 3, "второй документ"),
        ("process_key: [a\n", 2, "не YAML"),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    with pytest.raises(ConfigError) as refused:
        start(tmp_path, text)

    assert f"start.yaml, строка {line}: " in str(refused.value)
    assert what in str(refused.value)


def test_references_and_what_is_no_mapping_are_refused(tmp_path: Path) -> None:
    for text in ("a: &x 1\nb: *x\n", "просто текст\n", ""):
        with pytest.raises(ConfigError):
            start(tmp_path, text)
    with pytest.raises(ConfigError, match="не читается"):
        read_start(tmp_path / "absent.yaml")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a=1", {"a": Variable(VariableType.INTEGER, 1)}),
        ("a=1,b=да", {"a": Variable(VariableType.INTEGER, 1), "b": Variable(VariableType.STRING, "да")}),
        ("a=раз, два=три", {"a": Variable(VariableType.STRING, "раз"), "два": Variable(VariableType.STRING, "три")}),
        ("a=раз, два", {"a": Variable(VariableType.STRING, "раз, два")}),
        ("a=True", {"a": Variable(VariableType.BOOLEAN, True)}),
        ("a=[1,2]", {"a": Variable(VariableType.JSON, [1, 2])}),
        ("a=x=y", {"a": Variable(VariableType.STRING, "x=y")}),
        ("a:String=007", {"a": Variable(VariableType.STRING, "007")}),
        ("a:Double=5", {"a": Variable(VariableType.DOUBLE, 5.0)}),
        ("a:String=5", {"a": Variable(VariableType.STRING, "5")}),
        ('{"a": 1, "b": {"value": 2, "type": "Long"}}',
         {"a": Variable(VariableType.INTEGER, 1), "b": Variable(VariableType.LONG, 2)}),
    ],
)  # fmt: skip
def test_a_variable_of_the_command_line(text: str, read: dict[str, Variable]) -> None:
    assert read_line(text) == read


@pytest.mark.parametrize("text", ["a", "=1", "a:Number=1", "a:Integer=x", '{"a"'])
def test_what_is_no_variable_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^-v"):
        read_line(text)
