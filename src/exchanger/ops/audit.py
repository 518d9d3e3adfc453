"""Где лежит запись действий людей этой установки."""

from __future__ import annotations

from exchanger.journal.audit import FILE, Audit
from exchanger.settings import Settings


def audit_of(settings: Settings) -> Audit:
    """Запись действий: `<каталог журнала>/<среда>/audit.jsonl`."""
    return Audit(settings.logs_directory / settings.installation.environment / FILE)
