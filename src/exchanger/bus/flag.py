"""Имена знаков оператора."""

from __future__ import annotations

import re

from exchanger.domain.errors import ConfigError

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")


def checked(name: str) -> str:
    """Имя, годное и для файла, и для очереди; `ConfigError` — негодное."""
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"Имя знака «{name}» не годится.",
            remedy="нужны строчные латинские буквы, цифры, точка и дефис, не больше ста.",
        )
    return name
