"""Записка остановленной системы: кто, когда, почему. Короткая, без тайн."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from exchanger.telemetry.log import log
from exchanger.telemetry.redact import redact

LONGEST = 300
"""Знаков причины: записку читают в одной строке."""


@dataclass(frozen=True, slots=True)
class Note:
    """Кто остановил, когда и почему."""

    who: str
    at: datetime
    reason: str


def write_note(note: Note) -> str:
    """Записка текстом."""
    reason = " ".join(redact(note.reason).split())
    bounded = reason if len(reason) <= LONGEST else reason[: LONGEST - 1] + "…"
    at = note.at.astimezone(UTC).isoformat(timespec="seconds")
    return json.dumps({"who": note.who[:LONGEST], "at": at, "reason": bounded}, ensure_ascii=False)


def read_note(text: str) -> Note | None:
    """Записка из текста; пусто или не наша — None."""
    if not text:
        return None
    try:
        fields = json.loads(text)
        note = Note(str(fields["who"]), datetime.fromisoformat(fields["at"]), str(fields["reason"]))
    except (ValueError, TypeError, KeyError):
        log.warning("записка знака не читается: её писала не эта программа")
        return None
    return note if note.at.tzinfo is not None else None
