"""Модули с функциями для процессов: в каждом — одна или несколько `System` с объявленными вызовами."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from exchanger.connect import System
from exchanger.domain.errors import ConfigError


def systems_of(modules: Iterable[str], home: Path) -> list[System[Any, Any]]:
    """Системы модулей, каждая один раз; `ConfigError` — модуля нет, он не загрузился или в нём нечего обслуживать."""
    if (place := str(home.resolve())) not in sys.path:
        sys.path.append(place)  # last: a file beside the settings must not hide a library
    found: dict[int, System[Any, Any]] = {}
    for name in modules:
        mine = {id(value): value for value in vars(_loaded(name)).values() if isinstance(value, System)}
        if not any(system.topics for system in mine.values()):
            raise ConfigError(
                f"В модуле {name} нет ни одного вызова.",
                remedy="объявите: service = System('имя'); @service.call('тема', promise=REPEATABLE).",
            )
        found |= mine
    return list(found.values())


def _loaded(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise ConfigError(
            f"Модуль {name} не загрузился: {type(error).__name__}: {error}.",
            remedy="проверьте EXCHANGER_PYTHON_MODULES (или -m) и каталог, из которого запущена служба.",
        ) from error
