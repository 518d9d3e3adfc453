"""Чем окрасить элементы диаграммы на странице."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from exchanger.storm.gate.finding import Finding
from exchanger.storm.report import Severity


class Tone(StrEnum):
    """Цвет элемента; значение — часть имени стиля `tone-…`."""

    ERROR = "error"
    LOST = "lost"
    DOUBT = "doubt"
    CHANGED = "changed"
    VISITED = "visited"
    PARTLY = "partly"
    UNVISITED = "unvisited"
    UNREACHABLE = "unreachable"
    STUCK = "stuck"


TITLES: Mapping[Tone, str] = MappingProxyType(
    {
        Tone.ERROR: "ошибка",
        Tone.LOST: "потеряно",
        Tone.DOUBT: "сомнение",
        Tone.CHANGED: "изменено",
        Tone.VISITED: "пройдено",
        Tone.PARTLY: "пройдено не во всех путях",
        Tone.UNVISITED: "не пройдено",
        Tone.UNREACHABLE: "недостижимо",
        Tone.STUCK: "процесс застрял",
    }
)

TONES: Mapping[Severity, Tone] = MappingProxyType(
    {
        Severity.ERROR: Tone.ERROR,
        Severity.LOSS: Tone.LOST,
        Severity.DOUBT: Tone.DOUBT,
        Severity.CHANGE: Tone.CHANGED,
    }
)


@dataclass(frozen=True, slots=True)
class Mark:
    """Окраска элемента; `badge` — короткая надпись у элемента («3×»)."""

    tone: Tone
    badge: str = ""


def marks_of(findings: Iterable[Finding]) -> dict[str, Mark]:
    """Окраска по самой тяжёлой находке элемента."""
    weights = list(TONES)  # the heaviest first
    heaviest: dict[str, Severity] = {}
    for found in findings:
        known = heaviest.get(found.element_id, found.severity)
        heaviest[found.element_id] = min(known, found.severity, key=weights.index)
    return {element: Mark(TONES[severity]) for element, severity in heaviest.items() if element}
