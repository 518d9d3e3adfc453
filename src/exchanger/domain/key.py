"""Ключ объекта: по нему задача системы узнаётся как наша."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PART = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_KEY = re.compile(r"exch:(?P<installation>[^:]+):(?P<engine>[^:]+):(?P<task>[^:]+)(?::(?P<generation>[1-9]\d{0,3}))?")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """`exch:<installation>:<engine>:<external task id>[:<generation>]`; поколение 1 не пишется."""

    installation: str
    engine: str
    task_id: str
    generation: int = 1

    def __post_init__(self) -> None:
        for part in (self.installation, self.engine, self.task_id):
            if not _PART.fullmatch(part):
                raise ValueError(f"недопустимая часть ключа: {part!r}")
        if self.generation < 1:
            raise ValueError(f"недопустимое поколение ключа: {self.generation}")

    def __str__(self) -> str:
        tail = f":{self.generation}" if self.generation > 1 else ""
        return f"exch:{self.installation}:{self.engine}:{self.task_id}{tail}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        """Разобрать точную запись ключа; чужая или испорченная запись даёт None."""
        found = _KEY.fullmatch(text)
        if found is None:
            return None
        try:
            key = cls(found["installation"], found["engine"], found["task"], int(found["generation"] or 1))
        except ValueError:
            return None
        return key if str(key) == text else None

    @property
    def first(self) -> Key:
        """Ключ первого поколения той же внешней задачи."""
        return Key(self.installation, self.engine, self.task_id)

    def next(self) -> Key:
        """Ключ следующего поколения (повтор после отказа исполнителя)."""
        return Key(self.installation, self.engine, self.task_id, self.generation + 1)
