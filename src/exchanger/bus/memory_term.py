"""Вахта без брокера: `flock` файла (один держатель на машину) или замок процесса.

Зависший держатель `flock` остаётся держателем: шина в памяти одна с ним в процессе и зависает вместе с ним.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from exchanger.domain.errors import ConfigError, TermLost
from exchanger.ports import Clock

RETRY_EVERY = 1.0


class LocalTerm:
    """Вахта этого процесса; `file` — её файл и открытый номер, нет его — замок процесса."""

    def __init__(self, name: str, clock: Clock, file: tuple[Path, int] | None = None) -> None:
        self._name = name
        self._clock = clock
        self._file = file
        self._started = clock.monotonic()
        self._ended = asyncio.Event()

    @property
    def started(self) -> float:
        """Начало вахты: после взятия замка, то есть не раньше ухода прежнего держателя."""
        return self._started

    async def check(self) -> None:
        """Вахта не окончена, и файл под нашим замком — тот, что увидит соперник; иначе `TermLost`."""
        if self._file is not None and not _same(*self._file):
            self._ended.set()
        if self._ended.is_set():
            raise TermLost(f"Вахта «{self._name}» потеряна: файл вахты удалён или вахта окончена.")

    async def lost(self) -> None:
        """Вернуться, когда вахта потеряна."""
        while not self._ended.is_set():
            if self._file is None:
                await self._ended.wait()
            elif _same(*self._file):
                await self._clock.sleep(RETRY_EVERY)
            else:
                self._ended.set()

    def end(self) -> None:
        """Вахта окончена."""
        self._ended.set()


@asynccontextmanager
async def hold_lock(name: str, lock: asyncio.Lock, clock: Clock) -> AsyncIterator[LocalTerm]:
    """Держать вахту замком процесса."""
    async with lock:
        term = LocalTerm(name, clock)
        try:
            yield term
        finally:
            term.end()


@asynccontextmanager
async def hold_flock(name: str, directory: Path, clock: Clock) -> AsyncIterator[LocalTerm]:
    """Держать вахту замком файла `<каталог>/<имя>.term`; файл не удаляется никогда: замок держится на нём."""
    path = directory / f"{name}.term"
    number = await _win(path, clock)
    term = LocalTerm(name, clock, (path, number))
    try:
        yield term
    finally:
        term.end()
        os.close(number)


async def _win(path: Path, clock: Clock) -> int:
    while True:
        number = _try(path)
        if number is not None:
            return number
        await clock.sleep(RETRY_EVERY)


def _try(path: Path) -> int | None:
    """Взять замок сейчас: номер открытого файла или None — держит другой."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ConfigError(f"Файл вахты {path} не открыть: {error}.", remedy="Дайте право записи в каталог.") from error
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(number)
        return None
    if not _same(path, number):  # removed by hand between opening and locking
        os.close(number)
        return None
    return number


def _same(path: Path, number: int) -> bool:
    try:
        at_path, held = path.stat(), os.fstat(number)
    except OSError:
        return False
    return (at_path.st_dev, at_path.st_ino) == (held.st_dev, held.st_ino)
