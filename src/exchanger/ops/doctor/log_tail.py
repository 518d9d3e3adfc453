"""Последние строки журналов ошибок: читается только конец файла, какого бы размера он ни был."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_TAIL = 64 * 1024
_STAMP = "%Y-%m-%d %H:%M:%S.%f"
_STAMP_LENGTH = len("2026-01-01 00:00:00.000")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Line:
    """Строка журнала: время этой машины и текст, длинный обрезан."""

    at: datetime
    text: str


def last_errors(folder: Path) -> list[Line]:
    """Строки `*-errors.log` каталога среды, по времени; нет каталога или прав — пусто."""
    found = [line for file in sorted(folder.glob("*-errors.log")) for line in _lines(file)]
    return sorted(found, key=lambda line: line.at)


def _lines(file: Path) -> Iterator[Line]:
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, file.stat().st_size - _TAIL))
            text = opened.read(_TAIL).decode("utf-8", "replace")
    except OSError:  # another user's journal: the doctor says so by the folder's rights
        return
    for line in text.splitlines():
        try:
            at = datetime.strptime(line[:_STAMP_LENGTH], _STAMP)  # noqa: DTZ007 - the journal is in the machine's time
        except ValueError:  # the rest of a trace
            continue
        yield Line(at, line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…")
