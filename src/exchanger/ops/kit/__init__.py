"""Набор автора: скелет системы отдельным пакетом."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.wiring import Registry

_SKELETON = Path(__file__).with_name("skeleton")
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_WORDS = re.compile(r"sample|Sample|SAMPLE")
_LONGEST = 20


def write_system(name: str, folder: Path) -> list[Path]:
    """Записать работающий скелет в `folder/name`; `ConfigError` — имя негодно, занято или папка уже есть."""
    _check(name)
    root = folder / name
    if root.exists():
        raise ConfigError(f"{root} уже есть.", remedy="назовите другое имя или каталог (--to).")
    made: list[Path] = []
    for source, target in _targets(root, name):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_renamed(source.read_text("utf-8"), name), "utf-8")
        made.append(target)
    return made


def _check(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise ConfigError(
            f"Имя «{name}» не годится.", remedy=f"строчные латинские буквы, цифры и дефис, до {_LONGEST} знаков."
        )
    if name in Registry.installed().names:
        raise ConfigError(f"Система {name} уже есть.", remedy="назовите другое имя; exchanger systems list — занятые.")


def _targets(root: Path, name: str) -> Iterator[tuple[Path, Path]]:
    package = f"exchanger_{name.replace('-', '_')}"
    for source in sorted(_SKELETON.rglob("*.txt")):
        parts = source.relative_to(_SKELETON).with_suffix("").parts
        yield source, root.joinpath(*(package if part == "package" else part for part in parts))


def _renamed(text: str, name: str) -> str:
    module = name.replace("-", "_")
    words = {
        "sample": name,
        "Sample": "".join(part.capitalize() for part in name.split("-")),
        "SAMPLE": module.upper(),
    }
    text = text.replace("exchanger_sample", f"exchanger_{module}")
    text = re.sub(r"\bsample_(?=[a-z])", f"{module}_", text)
    return _WORDS.sub(lambda found: words[found[0]], text)
