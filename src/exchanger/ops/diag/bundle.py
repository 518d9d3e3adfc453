"""Архив листов: тайны вычищены ещё раз, размер ограничен, файл виден только владельцу."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from exchanger.domain.errors import ConfigError
from exchanger.ops.diag.sheets import Sheet
from exchanger.telemetry.redact import redact

LARGEST = 256 * 1024
"""Байт в одном листе; от большего остаётся конец: там последнее."""

_CUT = "… начало не поместилось …\n"
_README = """Сведения Exchanger для разбора случая: exchanger diag.

versions.txt   версии Exchanger, Python и библиотек
settings.txt   настройки и откуда они взяты; тайны закрыты
doctor.txt     самопроверка словами, doctor.jsonl — она же для программ
topology.txt   объекты брокера и сколько в очередях; самих сообщений нет
health.json    страница здоровья службы, если она открыта
errors.txt     последние строки журналов ошибок

Тайн, тел сообщений и текстов задач здесь нет. Имена узлов, систем и процессов есть: посмотрите файл, прежде чем отдать.
"""


async def write_bundle(path: Path, found: AsyncIterator[Sheet]) -> list[str]:
    """Записать листы; возвращает имена. Готовый файл появляется целиком; `ConfigError` — сюда не записать."""
    content = {"README.txt": _README.encode()}
    async for sheet in found:
        content[sheet.name] = bounded(redact(sheet.text))
    _write(path, content)
    return list(content)


def _write(path: Path, content: Mapping[str, bytes]) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "wb") as file, ZipFile(file, "w", ZIP_DEFLATED) as archive:
            for name, body in content.items():
                archive.writestr(name, body)
        draft.replace(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(f"Файл {path} не записан: {reason}.", remedy="назовите другой: exchanger diag -o.") from error
    finally:
        draft.unlink(missing_ok=True)


def bounded(text: str) -> bytes:
    """Не больше `LARGEST` байт UTF-8."""
    whole = text.encode()
    if len(whole) <= LARGEST:
        return whole
    head = _CUT.encode()
    return head + whole[len(head) - LARGEST :].decode("utf-8", "ignore").encode()
