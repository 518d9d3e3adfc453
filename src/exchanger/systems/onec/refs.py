"""Ссылки 1С: GUID объекта, GUID из нашего ключа и запись, в которой ссылку знают люди."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

from exchanger.systems.onec.foreign import as_text

EMPTY_REF = "00000000-0000-0000-0000-000000000000"
TYPE_PREFIX = "StandardODATA."

_OURS = UUID("5f1d6a0e-6a3b-5c0e-9d53-2b7a4c0e1c8f")  # never to be changed: objects are found by it
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SHOWN = re.compile(r"[0-9a-f]{32}")


def ref_of(key: str) -> str:
    """Ссылка объекта, который создаётся под этим ключом: одна и та же при каждой попытке."""
    return str(uuid5(_OURS, key))


def is_ref(value: object) -> bool:
    """Похоже на GUID."""
    return isinstance(value, str) and _GUID.fullmatch(value) is not None


def shown(ref: str) -> str:
    """Ссылка, как её показывает 1С в навигационных ссылках: 32 знака, части переставлены."""
    a, b, c, d, e = ref.lower().split("-")
    return d + e + c + b + a


def unshown(text: str) -> str:
    """GUID из записи навигационной ссылки; ValueError — это не она."""
    if not _SHOWN.fullmatch(text):
        raise ValueError(f"не ссылка 1С: {text!r}")
    return f"{text[24:]}-{text[20:24]}-{text[16:20]}-{text[:4]}-{text[4:16]}"


def bare_type(value: object) -> str:
    """Имя набора из имени типа составной ссылки."""
    return as_text(value).removeprefix(TYPE_PREFIX)
