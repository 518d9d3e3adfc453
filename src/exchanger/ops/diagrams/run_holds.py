"""Диаграммы, которые человек вернул к прежней версии: проход их не трогает, пока в StormBPMN то же тело."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.storm.atomic import write_whole


@dataclass(frozen=True, slots=True)
class Hold:
    """Отложено: SHA-256 тела из StormBPMN, которое не развёртывать, когда и почему."""

    body: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Holds:
    """Файл отложенного; правится под замком, читается в любой миг, в том числе посреди прохода."""

    path: Path

    def of(self, diagram_id: str) -> Hold | None:
        """Отложена ли диаграмма."""
        return self._read().get(diagram_id.lower())

    def put(self, diagram_id: str, hold: Hold) -> None:
        """Отложить."""
        with self._changed() as known:
            known[diagram_id.lower()] = hold

    def lift(self, diagram_id: str) -> None:
        """Больше не откладывать."""
        if self.of(diagram_id) is not None:
            with self._changed() as known:
                known.pop(diagram_id.lower(), None)

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Hold]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(number, fcntl.LOCK_EX)
            known = self._read()
            yield known
            content = {name: asdict(hold) for name, hold in known.items()}
            write_whole(self.path, json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")
        finally:
            os.close(number)

    def _read(self) -> dict[str, Hold]:
        try:
            return {name: Hold(**each) for name, each in json.loads(self.path.read_bytes()).items()}
        except FileNotFoundError:
            return {}
        except (ValueError, TypeError, AttributeError):
            raise ConfigError(
                f"Файл отложенных диаграмм {self.path} не прочитать.",
                remedy="удалите его: возвращённые (rollback) диаграммы тогда развернутся снова.",
            ) from None
