"""Отчёт переноса: что изменено, что потеряно, в чём есть сомнение и что не даст развернуть."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum

from exchanger.storm.names import Element, ident, kind_of


class Severity(StrEnum):
    """Вес находки; `ERROR` запрещает развёртывание."""

    CHANGE = "change"
    LOSS = "loss"
    DOUBT = "doubt"
    ERROR = "error"


_TITLES = {
    Severity.ERROR: "Ошибки (развернуть нельзя)",
    Severity.LOSS: "Потери",
    Severity.DOUBT: "Сомнения",
    Severity.CHANGE: "Изменения",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Одна находка: элемент (id, название, род), что с ним случилось и что делать."""

    severity: Severity
    element_id: str
    element_name: str
    kind: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        name = f" «{self.element_name}»" if self.element_name else ""
        remedy = f" Что делать: {self.remedy}" if self.remedy else ""
        return f"{self.kind} {self.element_id}{name}: {self.what}{remedy}"


@dataclass(frozen=True, slots=True)
class Report:
    """Находки одной диаграммы в порядке, в котором их сделали проходы."""

    diagram: str
    findings: tuple[Finding, ...] = ()

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Находки одного веса."""
        return tuple(finding for finding in self.findings if finding.severity is severity)

    @property
    def changes(self) -> tuple[Finding, ...]:
        """Изменения, ничего не убавившие."""
        return self.of(Severity.CHANGE)

    @property
    def losses(self) -> tuple[Finding, ...]:
        """Чего диаграмма больше не делает."""
        return self.of(Severity.LOSS)

    @property
    def doubts(self) -> tuple[Finding, ...]:
        """Что понято по догадке: проверить человеку."""
        return self.of(Severity.DOUBT)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Чего движок не примет."""
        return self.of(Severity.ERROR)

    def text(self) -> str:
        """Отчёт для чтения: сначала самое тяжёлое."""
        counts = Counter(finding.severity for finding in self.findings)
        lines = [f"Диаграмма «{self.diagram}»"]
        for severity, title in _TITLES.items():
            if counts[severity]:
                lines += ["", f"{title}: {counts[severity]}", *(f"  - {found}" for found in self.of(severity))]
        return "\n".join(lines if self.findings else [*lines, "", "Без замечаний."]) + "\n"

    def json(self) -> str:
        """Отчёт для программ: `{diagram, counts, findings: [...]}`."""
        counts = {severity.value: len(self.of(severity)) for severity in Severity}
        body = {"diagram": self.diagram, "counts": counts, "findings": [asdict(found) for found in self.findings]}
        return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


class Findings:
    """Собирает находки проходов; повтор той же находки не записывается."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}

    def change(self, element: Element, what: str, remedy: str = "") -> None:
        """Изменено без потери смысла."""
        self._add(Severity.CHANGE, element, what, remedy)

    def loss(self, element: Element, what: str, remedy: str = "") -> None:
        """Потеряно."""
        self._add(Severity.LOSS, element, what, remedy)

    def doubt(self, element: Element, what: str, remedy: str = "") -> None:
        """Понято по догадке."""
        self._add(Severity.DOUBT, element, what, remedy)

    def error(self, element: Element, what: str, remedy: str = "") -> None:
        """Движок этого не примет."""
        self._add(Severity.ERROR, element, what, remedy)

    def report(self, diagram: str) -> Report:
        """Готовый отчёт."""
        return Report(diagram, tuple(self._found))

    def _add(self, severity: Severity, element: Element, what: str, remedy: str) -> None:
        name = " ".join(element.get("name", "").split())
        kind = kind_of(element) or str(element.tag).rpartition("}")[2]
        self._found[Finding(severity, ident(element), name, kind, what, remedy)] = None
