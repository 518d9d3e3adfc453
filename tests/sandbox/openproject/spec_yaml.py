"""As much of YAML as OpenProject's API description is written in; anything else is an error, never a guess.

Block mappings and lists, plain, quoted and block scalars, one-line flow lists. No anchors, tags or flow mappings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s'"#\[{&*!|>-][^:]*?|-[^\s:][^:]*?)\s*:(?:\s+(?P<rest>.*))?$""")
_BLOCK = re.compile(r"[|>][-+0-9]*(\s+#.*)?$")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class _Line:
    indent: int
    text: str


def parse(text: str) -> Any:
    """The document; ValueError — it is written in more of YAML than we read."""
    lines = [_Line(len(raw) - len(raw.lstrip(" ")), raw.strip()) for raw in text.split("\n")]
    reader = _Reader([line for line in lines if line.text != "---"])
    value = reader.block(0)
    if reader.peek() is not None:
        raise ValueError(f"лишнее: {reader.peek()}")
    return value


class _Reader:
    def __init__(self, lines: list[_Line]) -> None:
        self._lines = lines
        self._at = 0

    def peek(self) -> _Line | None:
        """The next line that means something."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.text and not line.text.startswith("#"):
                return line
            self._at += 1
        return None

    def block(self, indent: int) -> Any:
        line = self.peek()
        if line is None or line.indent < indent:
            return None
        if line.text == "-" or line.text.startswith("- "):
            return self._list(line.indent)
        if _KEY.match(line.text):
            return self._mapping(line.indent)
        self._at += 1
        return _scalar(line.text + self._continued(indent - 1))

    def _list(self, indent: int) -> list[Any]:
        items: list[Any] = []
        while (line := self.peek()) is not None and line.indent == indent and re.match(r"-(\s|$)", line.text):
            rest = line.text[1:].lstrip()
            inner = line.indent + len(line.text) - len(rest)
            if not rest:
                self._at += 1
                items.append(self.block(indent + 1))
            else:
                self._lines[self._at] = _Line(inner, rest)
                items.append(self.block(inner))
        return items

    def _mapping(self, indent: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (line := self.peek()) is not None and line.indent == indent and (match := _KEY.match(line.text)):
            self._at += 1
            found[str(_scalar(match["key"]))] = self._value(indent, (match["rest"] or "").strip())
        if line is not None and line.indent > indent:
            raise ValueError(f"непонятная строка: {line.text}")
        return found

    def _value(self, indent: int, rest: str) -> Any:
        if _BLOCK.match(rest):
            return self._raw(indent)
        if rest and not rest.startswith("#"):
            return _scalar(rest + self._continued(indent))
        line = self.peek()
        if line is not None and line.indent == indent and line.text.startswith("- "):
            return self._list(indent)
        return self.block(indent + 1)

    def _raw(self, indent: int) -> str:
        kept: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.text and line.indent <= indent:
                break
            kept.append(line.text)
            self._at += 1
        return "\n".join(kept).strip()

    def _continued(self, indent: int) -> str:
        text = self._raw(indent)
        return " " + " ".join(text.split()) if text else ""


def _scalar(text: str) -> Any:
    if text[:1] in {"'", '"'} and text[-1:] == text[:1]:
        return text[1:-1]
    if text.startswith("[") and text.endswith("]"):
        return [_scalar(part.strip()) for part in text[1:-1].split(",") if part.strip()]
    if re.fullmatch(r"\{\s*\}", text):
        return {}
    if text[:1] in {"&", "*", "!", "{"} and len(text) > 1:
        raise ValueError(f"не читаем: {text}")
    text = re.sub(r"\s+#.*$", "", text)
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    return int(text) if re.fullmatch(r"-?\d+", text) else text
