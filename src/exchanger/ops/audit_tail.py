"""Последние действия людей из `audit.jsonl`: читается только конец файла, какого бы размера он ни был."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from exchanger.domain.errors import ConfigError

TAIL = 256 * 1024


@dataclass(frozen=True, slots=True)
class Done:
    """Действие: когда начато, кто, что, над чем, почему и чем кончилось (пусто — итога нет: прервано или идёт)."""

    at: datetime
    who: str
    what: str
    target: str
    reason: str
    result: str = ""


def last_deeds(path: Path, limit: int) -> list[Done]:
    """Последние действия, новые вперёд; файла нет — пусто. `ConfigError` — читать нельзя."""
    found: dict[str, Done] = {}
    for record in _records(path):
        done = _read(record)
        if done is not None:  # the result repeats all that the intent said
            number, deed = done
            begun = found.get(number)
            found[number] = deed if begun is None else replace(begun, result=deed.result or begun.result)
    return list(found.values())[::-1][:limit]  # the file's own order: its times are equal within a millisecond


def _records(path: Path) -> list[Any]:
    try:
        with path.open("rb") as file:
            start = max(0, path.stat().st_size - TAIL)
            file.seek(start)
            lines = file.read(TAIL).split(b"\n")  # no other end of a line: JSON leaves U+2028 and the like as they are
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(
            f"Запись действий {path} не читается: {error.strerror}.",
            remedy="дайте этой службе право читать файл или назовите его каталог в EXCHANGER_LOGS_DIR.",
        ) from error
    return [_parsed(line) for line in (lines[1:] if start else lines)]


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):  # a line cut by a full disk: what it began is seen as a deed without a result
        return None


def _read(record: Any) -> tuple[str, Done] | None:
    if not isinstance(record, dict):
        return None
    try:
        at = datetime.fromisoformat(str(record["at"]))
        who, what, target, reason = (str(record[name]) for name in ("who", "what", "target", "reason"))
        done = Done(at, who, what, target, reason, str(record.get("result", "")))
        return (str(record["id"]), done) if at.tzinfo is not None else None
    except (KeyError, ValueError, RecursionError):  # not a line of ours
        return None
