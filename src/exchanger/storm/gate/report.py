"""Итог проверки: находки, можно ли развернуть, текст и JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass

from exchanger.storm.gate.finding import Finding
from exchanger.storm.report import Severity

TITLES = {
    Severity.ERROR: "Ошибки (развернуть нельзя)",
    Severity.LOSS: "Потери",
    Severity.DOUBT: "Сомнения",
    Severity.CHANGE: "Изменения",
}
"""Веса в порядке тяжести и их заголовки."""


@dataclass(frozen=True, slots=True)
class GateReport:
    """Проверка одного документа; `engine` — каким движком проверено («» — не проверялось), `notes` — почему."""

    name: str
    xml: bytes
    findings: tuple[Finding, ...]
    engine: str = ""
    notes: tuple[str, ...] = ()
    source: bytes | None = None

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Что запрещает развёртывание; пусто — можно."""
        return self.of(Severity.ERROR)

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """Находки одного веса."""
        return tuple(found for found in self.findings if found.severity is severity)

    @property
    def verdict(self) -> str:
        """Итог одной строкой."""
        by = f"движок {self.engine} принял" if self.engine else "движком не проверено"
        if self.blocking:
            return f"Развернуть нельзя: ошибок {len(self.blocking)}."
        return f"Развернуть можно: ошибок нет, {by}."

    def text(self) -> str:
        """Отчёт для чтения: сначала самое тяжёлое."""
        lines = [f"Проверка «{self.name}»", *self.notes]
        for severity, title in TITLES.items():
            found = self.of(severity)
            if found:
                lines += ["", f"{title}: {len(found)}", *(f"  - {each}" for each in found)]
        return "\n".join([*lines, "", self.verdict]) + "\n"

    def fields(self) -> dict[str, object]:
        """Отчёт для программ: `{name, blocking, engine, notes, counts, findings: [...]}`."""
        counts = Counter(found.severity.value for found in self.findings)
        return {
            "name": self.name,
            "blocking": bool(self.blocking),
            "engine": self.engine,
            "notes": list(self.notes),
            "counts": {severity.value: counts[severity.value] for severity in TITLES},
            "findings": [asdict(found) for found in self.findings],
        }

    def json(self) -> str:
        """`fields` одной строкой JSON."""
        return json.dumps(self.fields(), ensure_ascii=False)
