"""Проверка без движка: читается ли документ, верен ли схеме, исполним ли по правилам."""

from __future__ import annotations

from exchanger.domain.errors import Reject
from exchanger.storm.gate.finding import Finding, Source
from exchanger.storm.gate.lint import lint
from exchanger.storm.gate.scene import Known
from exchanger.storm.gate.schema import schema_findings
from exchanger.storm.report import Severity
from exchanger.storm.tree import parse

_NOTHING_KNOWN = Known()
_SAID_BETTER = frozenset({"duplicate-id", "duplicate-key", "bad-key"})  # the schema only says that the id is bad


def inspect(xml: bytes, known: Known = _NOTHING_KNOWN) -> tuple[Finding, ...]:
    """Находки схемы и правил; документ, который не прочесть, — одна находка."""
    try:
        root = parse(xml)
    except Reject as refusal:
        what, remedy = str(refusal), refusal.remedy or ""
        return (Finding(Severity.ERROR, Source.SCHEMA, "unreadable", what.removesuffix(remedy).strip(), remedy),)
    found = lint(root, known)
    told = {(each.element_id, each.line) for each in found if each.code in _SAID_BETTER}
    by_schema = [each for each in schema_findings(root) if (each.element_id, each.line) not in told]
    return (*by_schema, *found)
