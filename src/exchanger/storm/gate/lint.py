"""Правила над деревом: находки в порядке таблицы."""

from __future__ import annotations

from collections.abc import Iterable

from exchanger.storm.gate.finding import Finding, Source, found_at
from exchanger.storm.gate.scene import Known, Scene
from exchanger.storm.gate.table import RULES, Rule
from exchanger.storm.model import Model
from exchanger.storm.names import Element

_LONGEST = 200
_NOTHING_KNOWN = Known()


def lint(root: Element, known: Known = _NOTHING_KNOWN, rules: Iterable[Rule] = RULES) -> list[Finding]:
    """Проверить документ правилами."""
    scene = Scene(Model(root), known)
    return [
        found_at(element, rule.severity, Source.LINT, rule.code, rule.what.format(_short(detail)), rule.remedy.format())
        for rule in rules
        for element, detail in rule.find(scene)
    ]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
