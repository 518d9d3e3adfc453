"""Архив тел: у StormBPMN нет адреса прошлых версий, поэтому каждое полученное тело сохраняется под своим SHA-256."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from exchanger.domain.errors import Reject
from exchanger.storm.api.model import Diagram
from exchanger.storm.atomic import write_whole

INDEX = "index.jsonl"


@dataclass(frozen=True, slots=True)
class Archived:
    """Строка указателя: какое тело какой версии какой диаграммы и когда получено (время ISO с поясом)."""

    diagram: str
    name: str
    version: int | None
    autosave: int | None
    updated: str | None
    sha256: str
    at: str


class BodyArchive:
    """Каталог тел `<две цифры>/<sha256>.bpmn` и указатель `index.jsonl`; ничего не удаляется и не переписывается."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def keep(self, diagram: Diagram, at: datetime) -> Archived:
        """Сохранить тело (повтор не хранится дважды) и записать строку, если о такой версии её ещё нет."""
        path = self._path(diagram.digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, diagram.body)
        made = _line_of(diagram, at)
        with self._locked_index() as number:
            if not any(_same(known, made) for known in self.entries()):
                _append(number, json.dumps(asdict(made), ensure_ascii=False).encode() + b"\n")
        return made

    def body(self, digest: str) -> bytes:
        """Тело по SHA-256; `Reject` — его нет или файл испорчен."""
        path = self._path(digest)
        try:
            return _verified(path.read_bytes(), digest)
        except FileNotFoundError:
            raise Reject(f"В архиве нет тела {digest}.", remedy=f"список — в {self._directory / INDEX}.") from None

    def entries(self, diagram_id: str = "") -> Iterator[Archived]:
        """Строки указателя по порядку, все или одной диаграммы; недописанная при сбое строка пропускается."""
        try:
            lines = (self._directory / INDEX).read_bytes().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            found = _read(line)
            if found is not None and diagram_id in {"", found.diagram}:
                yield found

    def _path(self, digest: str) -> Path:
        return self._directory / digest[:2] / f"{digest}.bpmn"

    def _locked_index(self) -> _Index:
        self._directory.mkdir(parents=True, exist_ok=True)
        return _Index(self._directory / INDEX)


class _Index:
    """The index opened for appending under a lock of its own: two processes do not interleave."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = -1

    def __enter__(self) -> int:
        self._number = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        fcntl.flock(self._number, fcntl.LOCK_EX)
        return self._number

    def __exit__(self, *_: object) -> None:
        os.close(self._number)


def _append(number: int, line: bytes) -> None:
    size = os.fstat(number).st_size
    torn = size > 0 and os.pread(number, 1, size - 1) != b"\n"  # a crash left half a line: start a new one
    os.write(number, b"\n" + line if torn else line)
    os.fsync(number)


def _line_of(diagram: Diagram, at: datetime) -> Archived:
    card = diagram.card
    updated = card.updated.isoformat() if card.updated else None
    return Archived(card.id, card.name, card.version, diagram.autosave, updated, diagram.digest, at.isoformat())


def _same(known: Archived, made: Archived) -> bool:
    return (known.diagram, known.version, known.autosave, known.updated, known.sha256) == (
        made.diagram, made.version, made.autosave, made.updated, made.sha256,
    )  # fmt: skip


def _read(line: bytes) -> Archived | None:
    try:
        return Archived(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _verified(body: bytes, digest: str) -> bytes:
    if hashlib.sha256(body).hexdigest() != digest:
        raise Reject(f"Тело {digest} в архиве испорчено.", remedy="получите диаграмму заново: exchanger sync get.")
    return body
