"""Где лежит запись действий людей этой установки."""

from __future__ import annotations

from pathlib import Path

from exchanger.journal.audit import FILE, Audit
from exchanger.settings import Settings


def audit_file(settings: Settings) -> Path:
    """`<каталог журнала>/<среда>/audit.jsonl`."""
    return settings.logs_directory / settings.installation.environment / FILE


def audit_of(settings: Settings) -> Audit:
    """Запись действий установки."""
    return Audit(audit_file(settings))
