"""Юниты прежней системы: без имени среды и те, чьи имена теперь наши."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from exchanger.ops.services.host import Machine
from exchanger.ops.services.unit import MARK, Unit

SUFFIXLESS = ("exchanger-camunda-worker", "exchanger-task-creator")
"""Имена времён, когда среда была одна."""

KEPT = ".replaced"
"""С этим окончанием прежний файл остаётся рядом: systemd его не читает."""


def is_foreign(file: Path) -> bool:
    """Файл есть, и положили его не мы."""
    return file.is_file() and not file.read_text("utf-8", "replace").startswith(MARK)


def remove_suffixless(machine: Machine) -> Iterable[str]:
    """Остановить и убрать юниты без среды; говорит о каждом."""
    for name in SUFFIXLESS:
        file = machine.units / f"{name}.service"
        if file.is_file():
            machine.systemctl("disable", "--now", file.name)
            file.rename(_kept(file))
            yield f"{name}: юнит прежней системы остановлен и убран, файл остался как {_kept(file).name}"


def set_aside(unit: Unit, machine: Machine) -> Iterable[str]:
    """Остановить службу прежней системы под нашим именем и отложить её файл."""
    file = machine.units / unit.file
    if is_foreign(file):
        machine.systemctl("stop", unit.file)
        file.rename(_kept(file))
        yield f"{unit.name}: юнит прежней системы остановлен и заменён, прежний файл — {_kept(file).name}"


def _kept(file: Path) -> Path:
    return file.with_name(file.name + KEPT)
