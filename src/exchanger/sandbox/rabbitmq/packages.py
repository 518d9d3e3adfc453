"""Пакеты дистрибутива без установки и без root: apt-get скачивает, dpkg распаковывает в кэш.

Версии не закреплены нами: их задаёт выпуск дистрибутива, а подлинность проверяет apt по подписи хранилища.
"""

import fcntl
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exchanger.sandbox.errors import SandboxError

# What the server, management and prometheus start; parsetools is called once by the reader of rabbitmq.conf.
# Left out: eldap, ftp, snmp, tftp, and the libraries that a minimal Debian has already.
_ERLANG = (
    *("base", "crypto", "asn1", "public-key", "ssl", "inets", "mnesia"),
    *("os-mon", "runtime-tools", "syntax-tools", "tools", "xmerl", "parsetools"),
)
PACKAGES = ("rabbitmq-server", *(f"erlang-{name}" for name in _ERLANG))
_TIMEOUT = 900.0  # seconds for one apt-get
_NEEDS = "Установите rabbitmq-server сами или укажите работающий брокер в EXCHANGER_TEST_RABBITMQ_URL."


def release() -> str:
    """Возвращает имя выпуска и архитектуру, например `debian-12-x86_64`: от них зависят пакеты."""
    try:
        system = platform.freedesktop_os_release()
    except OSError:
        system = {}
    return f"{system.get('ID', 'linux')}-{system.get('VERSION_ID', 'rolling')}-{platform.machine()}"


def fetch_packages(target: Path, stage: Callable[[str], None]) -> Path:
    """Распаковывает пакеты в `target`, если их там ещё нет, и возвращает его; прерванное начинается заново."""
    with locked(target):
        if is_complete(target):
            return target
        require_tools()
        shutil.rmtree(target, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as folder:
            unpacked = unpack(_download(Path(folder), stage), Path(folder) / "root", stage)
            drop_unneeded(unpacked)
            name_root(unpacked, target)
            unpacked.rename(target)
    _require_libraries(target)
    mark_complete(target)
    return target


def mark_complete(target: Path) -> None:
    """Запоминает, что каталог распакован целиком."""
    (target / ".complete").write_text(str(target), encoding="utf-8")


def is_complete(target: Path) -> bool:
    """Говорит, распакован ли каталог целиком и на этом ли месте."""
    # The start scripts bear the path, so a cache that was moved is not complete.
    marker = target / ".complete"
    return marker.is_file() and marker.read_text(encoding="utf-8") == str(target)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Держит замок каталога: второй процесс ждёт."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with (target.parent / f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def require_tools() -> None:
    """Требует программ Debian."""
    absent = [tool for tool in ("apt-get", "dpkg") if shutil.which(tool) is None]
    if absent:
        raise SandboxError(f"RabbitMQ не установлен, а скачать его нечем: нет {' и '.join(absent)}. {_NEEDS}")


def _download(folder: Path, stage: Callable[[str], None]) -> Path:
    packages = apt_folders(folder)
    apt = apt_command(folder, Path("/var/lib/dpkg/status"))
    stage("Список пакетов дистрибутива")
    run([*apt, "update"], packages)
    stage(f"Скачивание RabbitMQ и Erlang: {len(PACKAGES)} пакетов, около 35 МБ")
    run([*apt, "download", *PACKAGES], packages)
    return packages


def apt_folders(folder: Path) -> Path:
    """Заводит каталоги, которые нужны apt-get, и возвращает тот, куда скачиваются пакеты."""
    lists, archives = folder / "lists" / "partial", folder / "cache" / "archives" / "partial"
    packages = folder / "packages"
    for each in (lists, archives, packages):
        each.mkdir(parents=True)
    return packages


def apt_command(folder: Path, status: Path) -> list[str]:
    """Возвращает apt-get, который пишет только в `folder`; `status` — список установленного."""
    options = {
        "Dir::State": folder,
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Dir::State::status": status,
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",  # root must not change to _apt: it can't enter our folder
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    return ["apt-get", *(f"-o{name}={value}" for name, value in options.items()), "-qq"]


def unpack(packages: Path, root: Path, stage: Callable[[str], None]) -> Path:
    """Распаковывает скачанные пакеты в `root` и возвращает его."""
    found = sorted(packages.glob("*.deb"))
    for number, package in enumerate(found, start=1):
        stage(f"Распаковка {number}/{len(found)}: {package.name.partition('_')[0]}")
        run(["dpkg", "-x", str(package), str(root)], packages)
    return root


def drop_unneeded(root: Path) -> None:
    """Удаляет страницы справки и расширение, которому нужен eldap."""
    for folder in ("doc", "man", "lintian"):
        shutil.rmtree(root / "usr" / "share" / folder, ignore_errors=True)
    # The only plugin that needs eldap; plugins that are present are checked even when they are off.
    for plugin in root.glob("usr/lib/rabbitmq/lib/*/plugins/rabbitmq_auth_backend_ldap*"):
        plugin.unlink() if plugin.is_file() else shutil.rmtree(plugin)


def name_root(unpacked: Path, target: Path) -> None:
    """Вписывает в сценарии запуска Erlang каталог, в котором он будет лежать."""
    # The distribution hard-codes /usr/lib/erlang in these scripts and ignores ERL_ROOTDIR.
    home = target / "usr" / "lib" / "erlang"
    for script in (*unpacked.glob("usr/lib/erlang/bin/erl"), *unpacked.glob("usr/lib/erlang/erts-*/bin/erl")):
        text = script.read_text(encoding="utf-8")
        mode = script.stat().st_mode
        named = script.with_name("erl.named")  # a new file: the two names may be links to one
        named.write_text(re.sub(r"(?m)^(\s*)ROOTDIR=/.*$", rf'\1ROOTDIR="{home}"', text), encoding="utf-8")
        named.chmod(mode)
        named.replace(script)


def _require_libraries(root: Path) -> None:
    programs = [*root.glob("usr/lib/erlang/erts-*/bin/beam.smp"), *root.glob("usr/lib/erlang/erts-*/bin/epmd")]
    programs += root.glob("usr/lib/erlang/lib/crypto-*/priv/lib/crypto.so")
    answer = run(["ldd", *map(str, programs)], root)
    absent = sorted({line.split()[0] for line in answer.splitlines() if "not found" in line})
    if absent:
        raise SandboxError(f"Для RabbitMQ на этой машине не хватает библиотек: {', '.join(absent)}. Установите их.")


def run(command: list[str], folder: Path) -> str:
    """Выполняет программу дистрибутива и возвращает её вывод."""
    environment = os.environ | {"LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(  # noqa: S603 - fixed programs of the distribution
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxError(f"Не выполнилось «{command[0]}»: {error}. {_NEEDS}") from error
    if done.returncode != 0:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-5:])
        raise SandboxError(f"Пакеты RabbitMQ получить не удалось («{command[0]}»): {last}. {_NEEDS}")
    return done.stdout
