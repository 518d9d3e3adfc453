"""Запись действий над службами: рядом с прочими действиями людей этой среды."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from exchanger.journal.audit import FILE, Audit, Deed
from exchanger.ops.services.unit import Environment, Which, units_of
from exchanger.settings import LogSettings, examine


@contextmanager
def recorded(what: str, which: Which, reason: str, environ: Mapping[str, str], home: Path) -> Iterator[None]:
    """Записать намерение и итог в каждую затронутую среду; негодные настройки остановить службу не мешают."""
    with ExitStack() as stack:
        for environment in which.environments:
            mine = ", ".join(unit.name for unit in units_of(Which(environment.value)))
            path = _logs(environment, environ, home) / environment / FILE
            stack.enter_context(Audit(path).deed(Deed(f"services {what}", mine, reason)))
        yield


def _logs(environment: Environment, environ: Mapping[str, str], home: Path) -> Path:
    reading = examine({**environ, "EXCHANGER_ENV": environment, "EXCHANGER_HOME": str(home)}, home)
    log = reading.groups.get(LogSettings)
    return log.directory if isinstance(log, LogSettings) and log.directory is not None else home / "logs"
