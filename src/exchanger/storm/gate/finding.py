"""Находка проверки: что не так, у какого элемента, в какой строке и что делать."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from exchanger.storm.names import Element, ident, kind_of
from exchanger.storm.report import Report, Severity


class Source(StrEnum):
    """Кто нашёл."""

    CONVERSION = "перенос"
    SCHEMA = "схема"
    LINT = "правило"
    ENGINE = "движок"
    REHEARSAL = "репетиция"


@dataclass(frozen=True, slots=True)
class Finding:
    """Одна находка; `line` — строка проверенного файла (0 — неизвестна), `code` — имя правила."""

    severity: Severity
    source: Source
    code: str
    what: str
    remedy: str = ""
    element_id: str = ""
    element_name: str = ""
    kind: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """Где: род, id, название, строка."""
        name = f"«{self.element_name}»" if self.element_name else ""
        line = f"строка {self.line}" if self.line else ""
        return " ".join(part for part in (self.kind, self.element_id, name, line) if part)

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place else ""
        remedy = f" Что делать: {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{remedy} [{self.source}: {self.code}]"


def found_at(element: Element, severity: Severity, source: Source, code: str, what: str, remedy: str = "") -> Finding:
    """Находка у элемента дерева."""
    name = " ".join(element.get("name", "").split())
    kind = kind_of(element) or str(element.tag).rpartition("}")[2]
    line = cast("int | None", element.sourceline) or 0  # the stubs say `...`
    return Finding(severity, source, code, what, remedy, ident(element), name, kind, line)


def from_conversion(report: Report) -> tuple[Finding, ...]:
    """Находки переноса в том же виде."""
    return tuple(
        Finding(
            found.severity,
            Source.CONVERSION,
            f"conversion-{found.severity}",
            found.what,
            found.remedy,
            found.element_id,
            found.element_name,
            found.kind,
        )
        for found in report.findings
    )
