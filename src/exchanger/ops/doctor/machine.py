"""Эта машина: службы systemd, место на диске, каталог журнала, недавние ошибки."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.ops.doctor.finding import Code, Diagnosis, error, fine, warning
from exchanger.ops.doctor.log_tail import last_errors
from exchanger.ops.services.host import LocalHost, Machine
from exchanger.ops.services.status import Standing, leftovers, standings
from exchanger.ops.services.unit import Which
from exchanger.settings import Settings
from exchanger.telemetry.redact import redact

GIB = 1024**3
_LITTLE, _NOTHING = GIB, GIB // 10
_RECENT = timedelta(hours=24)
_RESTARTS = 5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Что вокруг: systemd, свободное место (байт) и местное время; проверки ставят своё."""

    machine: Machine = field(default_factory=lambda: Machine(LocalHost()))
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()


def examine_services(settings: Settings, around: Surroundings) -> list[Diagnosis]:
    """Службы этой среды по systemd; где его нет, спрашивать некого."""
    environment = settings.installation.environment
    try:
        found = standings(Which(environment), around.machine)
    except ConfigError:
        return [fine("systemd здесь не работает: службы запускают иначе (exchanger run).")]
    known = [standing for standing in found if standing.loaded]
    legacy = [
        warning(Code.SERVICE_LEGACY, f"Юнит прежней системы {name} ещё на месте.", "exchanger services install")
        for name in leftovers(around.machine)
    ]
    if not known:
        remedy = f"sudo exchanger services install {environment}, или запускайте exchanger run своими средствами."
        return [warning(Code.SERVICE_ABSENT, "Службы systemd не установлены.", remedy), *legacy]
    return [*(finding for standing in known for finding in _standing(standing)), *legacy]


def _standing(standing: Standing) -> Iterator[Diagnosis]:
    name = standing.unit.name
    if not standing.is_fine:
        remedy = f"journalctl -u {name} -n 50; затем exchanger services start {standing.unit.environment}"
        yield error(Code.SERVICE_DOWN, f"Служба {name}: {standing.state_said}.", remedy)
    elif standing.restarts > _RESTARTS:
        what = f"Служба {name} перезапускалась {standing.restarts} раз."
        yield warning(Code.SERVICE_RESTARTS, what, f"причина — в журнале: journalctl -u {name} -p err")
    else:
        yield fine(f"Служба {name}: {standing.state_said}.")


def examine_place(settings: Settings, around: Surroundings) -> list[Diagnosis]:
    """Диск и журнал."""
    folder = settings.logs_directory
    standing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    found = [*_disk(standing, around.free(standing)), *_writable(folder, standing)]
    return [*found, *_errors(folder / settings.installation.environment, around.now())]


def _disk(path: Path, free: int) -> Iterator[Diagnosis]:
    said = f"На диске с {path} свободно {free / GIB:.1f} ГиБ"
    if free < _NOTHING:
        yield error(
            Code.DISK_LOW, f"{said}: журнал и состояние скоро не запишутся.", "освободите место: du, logrotate."
        )
    elif free < _LITTLE:
        yield warning(Code.DISK_LOW, f"{said}.", "освободите место или перенесите журнал: EXCHANGER_LOGS_DIR.")
    else:
        yield fine(f"{said}.")


def _writable(folder: Path, standing: Path) -> Iterator[Diagnosis]:
    if not standing.is_dir() or not os.access(standing, os.W_OK | os.X_OK):
        what = f"В каталог журнала {folder} этому пользователю нельзя писать: журнал останется на выводе процесса."
        yield warning(Code.LOGS_UNWRITABLE, what, f"дайте права на {standing} или смените EXCHANGER_LOGS_DIR.")


def _errors(folder: Path, now: datetime) -> Iterator[Diagnosis]:
    recent = [line for line in last_errors(folder) if line.at >= now.replace(tzinfo=None) - _RECENT]
    if recent:
        what = f"Ошибок в журнале за сутки: {len(recent)}; последняя: {redact(recent[-1].text)}"
        yield warning(Code.LOG_ERRORS, what, f"смотрите {folder}/*-errors.log.")
