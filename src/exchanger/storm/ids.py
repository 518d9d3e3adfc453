"""Производные id: от UUID диаграммы и id исходных элементов, поэтому одни и те же во всех её версиях."""

from __future__ import annotations

import hashlib
import re

_LENGTH = 10
_UNFIT = re.compile(r"[^A-Za-z0-9_]")


def derived(uuid: str, prefix: str, *sources: str) -> str:
    """Id нового элемента: приставка и отпечаток UUID с id элементов, ради которых он появился."""
    digest = hashlib.sha256("\x1f".join((uuid.lower(), prefix, *sources)).encode()).hexdigest()
    return f"{prefix}_{digest[:_LENGTH]}"


def process_key(uuid: str) -> str:
    """Ключ процесса диаграммы: `Process_` и UUID, где дефисы заменены подчёркиваниями."""
    return "Process_" + _UNFIT.sub("_", uuid.strip().lower())
