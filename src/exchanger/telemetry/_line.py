"""Строка журнала: поля `ключ=значение`, трассировка и вычистка тайн — до того, как запись увидит любой приёмник."""

import json
import traceback
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from exchanger.telemetry.redact import MASK, is_secret_name, redact

if TYPE_CHECKING:
    from loguru import Record

_LONGEST_VALUE: Final = 300  # a longer value is a body, and bodies stay out of logs
_LONGEST_MESSAGE: Final = 2000
_PLAIN = (bool, int, float, type(None))


def patch(record: "Record") -> None:
    """Вычистить запись и приготовить её хвост `{tail}`: поля и трассировку.

    Исключение, напечатанное здесь, убирается из записи: иначе приёмник напечатал бы его ещё раз, без вычистки.
    """
    record["message"] = _cut(redact(record["message"]), _LONGEST_MESSAGE).replace("\r", "").replace("\n", "\\n")
    fields = {key: _field(key, value) for key, value in record["extra"].items()}
    record["extra"] = fields
    tail = "".join(f" {key}={_quoted(value)}" for key, value in fields.items())
    tail = " |" + redact(tail) if tail else ""
    trouble = record["exception"]
    if trouble is not None and trouble.value is not None:
        tail += "\n" + _traceback(trouble.value)
    record["exception"] = None
    record["tail"] = tail  # type: ignore[typeddict-unknown-key]  # our own key, used by our formats only


def _traceback(error: BaseException) -> str:
    # No values of local variables: they hold credentials and personal data.
    lines = traceback.TracebackException.from_exception(error, capture_locals=False).format()
    return redact("".join(lines)).rstrip()


def _field(key: str, value: object) -> object:
    if is_secret_name(key):
        return MASK
    if isinstance(value, _PLAIN):
        return value
    return _cut(redact(_text(value)), _LONGEST_VALUE)


def _text(value: object) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} байт>"
    if isinstance(value, Mapping):
        return f"<{type(value).__name__}: {len(value)} полей>"
    if isinstance(value, list | tuple | AbstractSet):
        return ",".join(_text(item) for item in value)
    if isinstance(value, BaseModel) or (is_dataclass(value) and type(value).__str__ is object.__str__):
        return f"<{type(value).__name__}>"  # its text would be all its content: a body
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a foreign __str__ must not break the caller's work
        return f"<{type(value).__name__}: не печатается, {type(error).__name__}>"


def _quoted(value: object) -> str:
    text = str(value)
    plain = text and not any(sign.isspace() or sign in '"=' for sign in text) and text.isprintable()
    return text if plain else json.dumps(text, ensure_ascii=False)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…(+{len(text) - longest})"
