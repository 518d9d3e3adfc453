"""Проверяет без сети, что requirements/*.lock удовлетворяют pyproject.toml и закреплены по контрольным суммам."""

# ruff: noqa: INP001 - a script that Python runs by its path, not a package

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
REMEDY = "Обновите: scripts/lock.sh"


def pinned(text: str) -> dict[str, list[str]]:
    """Возвращает «пакет: закреплённые версии» (по версии на каждый маркер)."""
    versions: dict[str, list[str]] = {}
    for name, version in re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text):
        versions.setdefault(canonicalize_name(name), []).append(version)
    return versions


def unhashed(text: str) -> list[str]:
    """Возвращает строки пакетов, у которых нет ни одной контрольной суммы."""
    blocks = re.split(r"(?m)^(?=\S)", text)
    return [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block]


def faults(lock: str, text: str, wanted: list[str]) -> Iterator[str]:
    """Называет все расхождения одного файла."""
    versions = pinned(text)
    for requirement in map(Requirement, wanted):
        locked = versions.get(canonicalize_name(requirement.name), [])
        if not locked:
            yield f"{lock}: нет пакета «{requirement.name}»"
        yield from (
            f"{lock}: {requirement.name}=={version} не подходит к «{requirement}»"
            for version in locked
            if not requirement.specifier.contains(version, prereleases=True)
        )
    yield from (f"{lock}: у {line} нет контрольной суммы" for line in unhashed(text))


def main() -> None:
    """Печатает все расхождения и завершается с 1, если они есть."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["project"]["dependencies"]
    sandbox = runtime + project["project"]["optional-dependencies"]["sandbox"]
    groups = project["dependency-groups"]
    wanted = {"runtime": runtime, "sandbox": sandbox, "dev": sandbox + groups["dev"] + groups["oracles"]}
    found = [
        fault
        for name, requirements in wanted.items()
        for fault in faults(
            f"{name}.lock", (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8"), requirements
        )
    ]
    if found:
        sys.exit("\n".join((*found, REMEDY)))


if __name__ == "__main__":
    main()
