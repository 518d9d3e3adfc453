"""Собирает всё для установки без сети: `make bundle`. Пакеты — закреплённые версии для этой машины и этого Python."""

# ruff: noqa: INP001 - a script that Python runs by its path, not a package

from __future__ import annotations

import email
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "runtime.lock"
_README = """Exchanger для машины без сети: Linux, {platform}, Python {python}.

  python3 -m venv /opt/exchanger
  /opt/exchanger/bin/pip install --no-index --find-links wheels exchanger
  /opt/exchanger/bin/exchanger --version

Дальше — docs/how-to/install.md. Лицензии всего, что здесь лежит, — LICENCES.md и папка licences.
"""


def run(*command: str) -> None:
    """Выполняет программу; неудача прекращает сборку её же сообщением."""
    done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603 - our own Python
    if done.returncode:
        sys.exit(f"Не вышло: {' '.join(command)}")


def gather(wheels: Path) -> None:
    """Кладёт колесо проекта и закреплённые зависимости, сверенные по контрольным суммам."""
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels))
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet")
    run(*pip, "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK), "-d", str(wheels))


def licences(wheels: Path, folder: Path) -> str:
    """Кладёт тексты лицензий каждого колеса и возвращает таблицу; колесо без лицензии прекращает сборку."""
    rows = ["| пакет | версия | лицензия |", "|---|---|---|"]
    for wheel in sorted(wheels.glob("*.whl")):
        name, version, said, texts = described(wheel)
        if not said and not texts:
            sys.exit(f"{wheel.name}: лицензия не названа, раздавать такое нельзя")
        for path, text in texts.items():
            target = folder / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)
        rows.append(f"| {name} | {version} | {said or 'см. текст'} |")
    return "\n".join(["# Лицензии", "", *rows, ""])


def described(wheel: Path) -> tuple[str, str, str, dict[str, bytes]]:
    """Читает имя, версию, название лицензии и её тексты."""
    with ZipFile(wheel) as archive:
        info = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        about = email.message_from_bytes(archive.read(info))
        folder = info.removesuffix("METADATA")
        texts = {
            name.removeprefix(folder).replace("/", "_"): archive.read(name)
            for name in archive.namelist()
            if name.startswith(folder) and any(word in name.upper() for word in ("LICEN", "COPYING", "NOTICE"))
        }
    classified = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License :: ")
    ]
    plain = str(about.get("License") or "").strip().partition("\n")[0]
    said = str(about.get("License-Expression") or "") or ", ".join(classified) or plain
    return str(about["Name"]), str(about["Version"]), said, texts


def main() -> None:
    """Собирает архив в dist и называет его."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    platform = sysconfig.get_platform()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / f"exchanger-offline-{platform}-py{version}"
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        gather(wheels)
        (folder / "LICENCES.md").write_text(licences(wheels, folder / "licences"), "utf-8")
        (folder / "README.txt").write_text(_README.format(platform=platform, python=version), "utf-8")
        for name in ("docs", "deploy"):
            shutil.copytree(ROOT / name, folder / name)
        for name in ("config.env.example", "LICENSE", "CHANGELOG.md"):
            shutil.copy2(ROOT / name, folder / name)
        archive = ROOT / "dist" / f"{folder.name}.tar.gz"
        archive.parent.mkdir(exist_ok=True)
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(folder, folder.name)
    sys.stdout.write(f"{archive} ({archive.stat().st_size // 1024} КиБ)\n")


if __name__ == "__main__":
    main()
