"""Файлы заявки: содержимое переменных процесса, которое работа просит, когда оно понадобилось."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from exchanger.domain.errors import Reject


@dataclass(frozen=True, slots=True)
class ProcessFile:
    """Файл: имя, как он назывался в процессе, тип и содержимое."""

    name: str
    type: str
    content: bytes = field(repr=False)


Reader = Callable[[str, int], Awaitable[ProcessFile]]
"""Имя переменной и предел в байтах → файл; `Reject` — её нет, это не файл или он больше предела."""

_current: ContextVar[Reader | None] = ContextVar("files", default=None)


@contextmanager
def files_from(reader: Reader) -> Iterator[None]:
    """Файлы заявки, которая выполняется внутри."""
    token = _current.set(reader)
    try:
        yield
    finally:
        _current.reset(token)


async def process_file(variable: str, *, most: int) -> ProcessFile:
    """Файл из переменной File или Bytes заявки, которая выполняется сейчас."""
    reader = _current.get()
    if reader is None:
        raise Reject(f"Файл в переменной «{variable}» не прочитать: заявка выполняется без движка.")
    return await reader(variable, most)
