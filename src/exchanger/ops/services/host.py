"""Машина, на которой работают службы: systemctl и journalctl за одним портом, чтобы проверки видели вызовы."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from exchanger.domain.errors import ConfigError

_NOT_BOOTED = "not been booted with systemd"


@dataclass(frozen=True, slots=True)
class Ran:
    """Чем кончилась команда: код и всё, что она сказала."""

    code: int
    output: str = ""

    @property
    def done(self) -> bool:
        """Удалась."""
        return self.code == 0


class Host(Protocol):
    """Команды этой машины."""

    @property
    def is_root(self) -> bool:
        """Есть ли права root."""
        ...

    def run(self, *command: str) -> Ran:
        """Выполнить и вернуть вывод; `ConfigError` — команды нет."""
        ...

    def attach(self, *command: str) -> int:
        """Выполнить, выводя прямо на экран; возвращает код."""
        ...


@dataclass(frozen=True, slots=True)
class LocalHost:
    """Настоящая машина."""

    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)

    def run(self, *command: str) -> Ran:
        """Выполнить."""
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed programs
        except FileNotFoundError as error:
            raise _no_systemd(command[0]) from error
        ran = Ran(done.returncode, (done.stdout + done.stderr).strip())
        if _NOT_BOOTED in ran.output:
            raise _no_systemd(command[0])
        return ran

    def attach(self, *command: str) -> int:
        """Выполнить на экран."""
        try:
            return subprocess.run(command, check=False).returncode  # noqa: S603 - fixed programs
        except FileNotFoundError as error:
            raise _no_systemd(command[0]) from error
        except KeyboardInterrupt:  # how people leave `--follow`
            return 0


@dataclass(frozen=True, slots=True)
class Machine:
    """Машина и её каталог юнитов."""

    host: Host
    units: Path = Path("/etc/systemd/system")

    def systemctl(self, *arguments: str) -> Ran:
        """Спросить или приказать systemd."""
        return self.host.run("systemctl", *arguments)

    def require_root(self, command: str) -> None:
        """`ConfigError` с готовой командой, если прав root нет."""
        if not self.host.is_root:
            raise ConfigError("Службами управляет только root.", remedy=f"sudo {command}")


def _no_systemd(program: str) -> ConfigError:
    return ConfigError(
        f"systemd здесь не работает ({program}).",
        remedy="запустите службы сами: exchanger run camunda-worker и exchanger run task-creator.",
    )
