"""Что помнит перенос между запусками: прерванный проход и прежние отказы."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.storm.atomic import write_whole


@dataclass(frozen=True, slots=True)
class Done:
    """Сделанное прерванным проходом: `stamp` — какая это была правка диаграммы, `outcome` — итог."""

    stamp: str
    outcome: str


@dataclass(slots=True)
class RunState:
    """Состояние одной среды; `done` пуст, если прошлый проход закончен."""

    started: str = ""
    done: dict[str, Done] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StateFile:
    """Файл состояния и замок: одновременно диаграммы среды переносит один процесс."""

    path: Path

    @contextmanager
    def locked(self) -> Iterator[RunState]:
        """Состояние под замком; `ConfigError` — переносит другой процесс или каталог недоступен."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            number = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ConfigError(
                f"Состояние переноса {self.path} недоступно: {error.strerror}.",
                remedy="укажите в STORMBPMN_DIR каталог, в который можно писать.",
            ) from error
        try:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConfigError(
                    "Диаграммы этой среды уже переносит другой процесс.",
                    remedy="дождитесь его или остановите (служба camunda-sync тоже переносит).",
                ) from None
            yield self._read()
        finally:
            os.close(number)

    def write(self, state: RunState) -> None:
        """Записать целиком."""
        write_whole(self.path, json.dumps(asdict(state), ensure_ascii=False, indent=1).encode() + b"\n")

    def _read(self) -> RunState:
        try:
            content = json.loads(self.path.read_bytes())
            return RunState(
                content["started"],
                {name: Done(**each) for name, each in content["done"].items()},
                dict(content["refusals"]),
            )
        except FileNotFoundError:
            return RunState()
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ConfigError(
                f"Состояние переноса {self.path} не прочитать.",
                remedy="удалите файл: проход начнётся сначала.",
            ) from None
