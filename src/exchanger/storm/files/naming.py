"""Имя файла диаграммы — как у прежней системы (interfaces §7.2), но такое, какое примет любая файловая система."""

from __future__ import annotations

import re

_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_EDGES = ". "
MOST_CHARACTERS = 200
MOST_BYTES = 220  # of the 255 that a name may have; the rest is for suffixes
_SHORT_ID = 8


def file_stem(name: str, diagram_id: str) -> str:
    """Имя без расширения: недопустимое — «_», пробелы (и переводы строк) — один пробел; от пустого — UUID."""
    spaced = " ".join(name.split())
    return _cut(_UNFIT.sub("_", spaced)) or diagram_id


def distinct_stem(name: str, diagram_id: str) -> str:
    """Имя для диаграммы, чьё обычное имя занято другой: с началом её UUID."""
    return f"{file_stem(name, diagram_id)}_{diagram_id[:_SHORT_ID]}"


def _cut(name: str) -> str:
    whole = name.strip(_EDGES)[:MOST_CHARACTERS]
    return whole.encode()[:MOST_BYTES].decode(errors="ignore").strip(_EDGES)
