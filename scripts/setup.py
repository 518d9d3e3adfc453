"""Готовит .venv рабочей копии: `make setup`. Нужны только Python >= 3.11 и его venv; повторный запуск мгновенен."""

# Standard library only, and nothing newer than Python 3.7: an old Python must reach the message that names it.
# ruff: noqa: INP001 - a script that Python runs by its path, not a package

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "dev.lock"
STAMP = VENV / ".exchanger-setup"
OLDEST = (3, 11)


def missing(version: tuple[int, ...], has_module: Callable[[str], bool]) -> str | None:
    """Возвращает, чего не хватает на машине и что сделать, или None."""
    if version < OLDEST:
        return (
            f"Нужен Python {OLDEST[0]}.{OLDEST[1]} или новее, а это {version[0]}.{version[1]} ({sys.executable}).\n"
            "Установите его (Debian 12/13, Ubuntu 24.04: apt install python3 python3-venv) "
            "или укажите другой: make setup PYTHON=python3.12"
        )
    if not has_module("ensurepip"):
        return (
            f"В этом Python ({sys.executable}) нет venv и ensurepip: окружение не создать.\n"
            "Debian и Ubuntu: apt install python3-venv"
        )
    return None


def fingerprint() -> str:
    """Отпечаток всего, от чего зависит окружение: пока он тот же, ставить нечего."""
    parts = [LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), sys.version.encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def is_ready() -> bool:
    """Закончена ли прошлая подготовка с теми же входными данными."""
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_text() == fingerprint()


def create_venv() -> None:
    """Создаёт окружение; недоделанное (без работающего pip) или от другого Python пересоздаёт."""
    probe = f"import pip, sys; sys.exit(sys.version != {sys.version!r})"
    usable = PYTHON.exists() and succeeds([str(PYTHON), "-c", probe])
    if not usable:
        say(f"Окружение {VENV}")
        venv.EnvBuilder(with_pip=True, clear=VENV.exists(), symlinks=True).create(str(VENV))


def pip(*arguments: str) -> bool:
    """Запускает pip окружения и считает пакеты; его настройки (индекс, прокси, PIP_CERT) действуют."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--no-warn-script-location"]
    environment = dict(os.environ, PIP_ROOT_USER_ACTION="ignore")
    with subprocess.Popen(  # noqa: S603 - our own Python
        [*command, *arguments], cwd=str(ROOT), env=environment, stdout=subprocess.PIPE, universal_newlines=True
    ) as process:
        for number, name in enumerate(packages(process.stdout or ()), start=1):
            progress(number, name)
    return process.returncode == 0


def packages(lines: Iterable[str]) -> Iterator[str]:
    """Выбирает из вывода pip имена пакетов, за которые он берётся, затем — начало установки."""
    for line in lines:
        if line.startswith("Collecting "):
            yield line.split()[1]
        elif line.startswith("Installing "):
            yield "установка"


def progress(number: int, name: str) -> None:
    """Показывает ход в одной строке терминала; в журнал (не терминал) не пишет ничего."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\033[K  {number}: {name}\r")
        sys.stdout.flush()


def succeeds(command: list[str]) -> bool:
    """Говорит, завершилась ли программа с нулём; её вывод не нужен."""
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ours
    return done.returncode == 0


def say(text: str) -> None:
    """Печатает строку сразу: дальше пишут уже другие программы."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def install() -> None:
    """Ставит закреплённые пакеты по контрольным суммам и сам проект из рабочей копии."""
    say(f"Пакеты Python по requirements/{LOCK.name}")
    if not pip("--require-hashes", "-r", str(LOCK)):
        sys.exit("Пакеты не установились. Проверьте сеть, прокси и PIP_CERT и повторите: сделанное не пропадёт.")
    if not pip("--no-deps", "--no-build-isolation", "-e", str(ROOT)):
        sys.exit("Не установился сам проект: см. сообщение pip выше.")


def main() -> None:
    """Проверяет машину, затем создаёт и наполняет .venv; прерванное можно просто повторить."""
    problem = missing(tuple(sys.version_info[:2]), lambda name: importlib.util.find_spec(name) is not None)
    if problem:
        sys.exit(problem)
    if is_ready():
        return
    create_venv()
    if STAMP.exists():
        STAMP.unlink()
    install()
    STAMP.write_text(fingerprint())
    say("Готово: .venv/bin/exchanger")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nПрервано. Повторите ту же команду: она продолжит.")
