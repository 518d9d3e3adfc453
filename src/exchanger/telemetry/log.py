"""Журнал: единственный вход в loguru.

    from exchanger.telemetry.log import log
    log.info("Задача создана", task=task_id, object=ref)

Строка: `время | [PROD] | УРОВЕНЬ | модуль:функция:строка | сообщение | поле=значение …`.
Сообщение — постоянное предложение, подробности — поля: по `task=<id>` находятся все строки одной задачи.
"""

import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from loguru import logger

from exchanger.telemetry._line import patch
from exchanger.telemetry._stdlib import intercept

__all__ = ["log", "setup_logging"]

Environment = Literal["prod", "dev"]


@dataclass(frozen=True, slots=True)
class _Rolling:
    """Когда файл журнала сменяется и сколько хранится."""

    size: str
    keep: timedelta


_MAIN: Final = _Rolling("100 MB", timedelta(days=30))
_ERRORS: Final = _Rolling("50 MB", timedelta(days=60))
_CREATOR: Final = _Rolling("20 MB", timedelta(days=14))
# Sizes and terms that operators of existing installations know (interfaces: logs); other services follow the worker's.
_BY_SERVICE: Final = {"task-creator": (_CREATOR, _CREATOR)}

logger.configure(patcher=patch)
log = logger


def setup_logging(env: Environment, service: str, directory: Path | None, level: str, *, stdout: bool = True) -> None:
    """Настроить приёмники: stdout (для journald) и `<directory>/<env>/<service>.log` с `<service>-errors.log`.

    Повторный вызов заменяет приёмники. Каталог, в который нельзя писать, работу не останавливает: об этом говорит
    строка журнала, а сам журнал остаётся на stdout.
    """
    level = level.upper()
    line = _format(env)
    logger.remove()
    if stdout or directory is None:
        logger.add(sys.stdout, level=level, format=line, diagnose=False, backtrace=False, colorize=False)
    intercept(level)
    if directory is not None:
        _add_files(directory / env, service, level, line)


def _add_files(folder: Path, service: str, level: str, line: str) -> None:
    main, errors = _BY_SERVICE.get(service, (_MAIN, _ERRORS))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _add_file(folder / f"{service}.log", level, line, main)
        _add_file(folder / f"{service}-errors.log", "ERROR", line, errors)
    except OSError as error:
        _stderr_if_mute(level, line)
        log.warning("В каталог журнала нельзя писать: журнал остаётся на выводе процесса", folder=folder, reason=error)


def _add_file(path: Path, level: str, line: str, rolling: _Rolling) -> None:
    logger.add(
        path,
        level=level,
        format=line,
        rotation=rolling.size,
        retention=rolling.keep,
        compression="zip",
        encoding="utf-8",
        diagnose=False,  # values of local variables hold credentials
        backtrace=False,
        colorize=False,
    )


def _stderr_if_mute(level: str, line: str) -> None:
    handlers = logger._core.handlers  # type: ignore[attr-defined]  # noqa: SLF001 - loguru has no public list of sinks
    if not handlers:
        logger.add(sys.stderr, level=level, format=line, diagnose=False, backtrace=False, colorize=False)


def _format(label: str) -> str:
    stamp, place = "{time:YYYY-MM-DD HH:mm:ss.SSS}", "{module}:{function}:{line}"
    return f"{stamp} | [{label.upper()}] | {{level: <8}} | {place} | {{message}}{{tail}}"


def _first_sink() -> None:
    # Until setup_logging is called loguru's own sink would print values of local variables.
    logger.remove()
    line = "{time:HH:mm:ss} | {level: <8} | {message}{tail}"
    logger.add(sys.stderr, level="WARNING", format=line, diagnose=False, backtrace=False)


_first_sink()
