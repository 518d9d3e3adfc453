"""Журнал на SQLite: записать пачку, забыть старое, найти. Вызовы блокируют: место им — в своём потоке."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from exchanger.domain.event import Event
from exchanger.journal.record import from_row, to_row
from exchanger.journal.schema import TABLE, VERSION

FILE = "journal.sqlite3"
"""Имя файла в каталоге среды."""

_BUSY = 5.0
_COLUMNS = "at, kind, system, task, instance, object, fields"
_MOST = 10_000


class Store:
    """Открытый для записи журнал. `sqlite3.Error` — записать нельзя (занят, нет места, испорчен)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._base = _open(path)
        path.chmod(0o600)
        self._file = path.stat().st_ino

    @property
    def is_replaced(self) -> bool:
        """Файл убрали или завели заново (другая служба нашла его испорченным): писать сюда — писать никуда."""
        try:
            return self._path.stat().st_ino != self._file
        except FileNotFoundError:
            return True

    def add(self, events: Iterable[Event]) -> None:
        """Дописать; уже записанное не повторяется."""
        rows = [to_row(event) for event in events]
        with self._base:
            self._base.executemany(f"INSERT OR IGNORE INTO events ({_COLUMNS}) VALUES (?,?,?,?,?,?,?)", rows)  # noqa: S608 - a constant

    def forget(self, before: datetime) -> int:
        """Удалить события старше срока; сколько удалено."""
        with self._base:
            return self._base.execute("DELETE FROM events WHERE at < ?", (_milliseconds(before),)).rowcount

    def close(self) -> None:
        """Закрыть файл."""
        self._base.close()


class Reader:
    """Журнал для чтения. Файла нет, он занят или испорчен — журнал просто пуст: он лишь дополняет живые ответы."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.fault = ""
        """Почему последний вопрос остался без ответа; пусто — ответ есть."""

    def of_task(self, task: str) -> list[Event]:
        """События внешней задачи, по времени."""
        return self._ask("task = ?", task)

    def of_instance(self, instance: str) -> list[Event]:
        """События экземпляра процесса, по времени."""
        return self._ask("instance = ?", instance)

    def of_object(self, system: str, number: str) -> list[Event]:
        """События объекта системы; пустая система — любой, по времени."""
        if not system:
            return self._ask("object = ?", number)
        return self._ask("system = ? AND object = ?", system, number)

    def latest(self, limit: int) -> list[Event]:
        """Последние события, новые вперёд."""
        return self._ask("1 = 1", order="at DESC, number DESC", limit=limit)

    def _ask(self, where: str, *values: str, order: str = "at, number", limit: int = _MOST) -> list[Event]:
        self.fault = ""
        if not self._path.is_file():
            self.fault = f"журнала {self._path} нет"
            return []
        try:
            with closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY)) as base:
                query = f"SELECT {_COLUMNS} FROM events WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608 - constants of this class
                return [from_row(row) for row in base.execute(query, (*values, limit))]
        except (sqlite3.Error, ValueError) as error:
            self.fault = f"журнал {self._path} не читается: {error}"
            return []


def _open(path: Path) -> sqlite3.Connection:
    """Open, and begin anew where the table is of another version or the file is no database."""
    try:
        return _connect(path)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    discard(path)
    return _connect(path)


def is_damage(error: Exception) -> bool:
    """Файл испорчен; иное — занят, нет места, нет прав — не его вина."""
    return type(error) is sqlite3.DatabaseError


def discard(path: Path) -> None:
    """Убрать испорченный журнал: он строится заново."""
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        name.unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=_BUSY, check_same_thread=False)
    try:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = NORMAL")
        if base.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            _rebuild(base)
        base.execute("SELECT count(*) FROM (SELECT 1 FROM events LIMIT 1)")
    except BaseException:
        with suppress(sqlite3.Error):
            base.close()
        raise
    return base


def _rebuild(base: sqlite3.Connection) -> None:
    base.executescript(
        f"BEGIN IMMEDIATE; DROP TABLE IF EXISTS events; {TABLE} PRAGMA user_version = {VERSION}; COMMIT;"
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
