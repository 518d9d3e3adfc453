"""Запись файла целиком: читающий видит прежнее содержимое или новое, никогда не часть."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex


def write_whole(path: Path, content: bytes) -> None:
    """Записать новый файл рядом, дождаться диска и поставить на место прежнего."""
    fresh = path.with_name(f".{token_hex(8)}.new")  # not of the name: a long name has no room for more
    try:
        with fresh.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            fresh.unlink()
        raise
