"""RabbitMQ другого выпуска Debian без установки: его программы идут со своим загрузчиком и своими библиотеками.

Так проверяется RabbitMQ 4 на машине, чей дистрибутив даёт 3.10. Хранилище — то же, что у самой машины
(`apt-get indextargets`).
"""

import platform
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.rabbitmq.packages import (
    PACKAGES,
    apt_command,
    apt_folders,
    drop_unneeded,
    is_complete,
    locked,
    mark_complete,
    name_root,
    require_tools,
    run,
    unpack,
)

_LIBRARIES = (
    *("libc6", "libgcc-s1", "libstdc++6", "libssl3t64", "libtinfo6", "zlib1g"),
    *("libsystemd0", "libzstd1", "libcap2", "libsctp1"),
)
_PROGRAMS = (
    *(f"erts-*/bin/{name}" for name in ("beam.smp", "erlexec", "erl_child_setup", "inet_gethost", "epmd", "escript")),
    "lib/os_mon-*/priv/bin/*",
)
_ELF = b"\x7fELF"


def fetch_suite(target: Path, suite: str, stage: Callable[[str], None]) -> Path:
    """Распаковывает RabbitMQ выпуска `suite` в `target`, если его там ещё нет, и возвращает каталог."""
    with locked(target):
        if is_complete(target):
            return target
        require_tools()
        shutil.rmtree(target, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as folder:
            packages = _download(Path(folder), suite, stage)
            unpacked = unpack(packages, Path(folder) / "root", stage)
            drop_unneeded(unpacked)
            name_root(unpacked, target)
            unpacked.rename(target)
        wrap(target)
        _try(target)
        mark_complete(target)
    return target


def _download(folder: Path, suite: str, stage: Callable[[str], None]) -> Path:
    packages, status, sources = apt_folders(folder), folder / "status", folder / "suite.list"
    status.touch()
    sources.write_text(f"deb {_repository()} {suite} main\n", encoding="utf-8")
    apt = [*apt_command(folder, status), f"-oDir::Etc::sourcelist={sources}", "-oDir::Etc::sourceparts=/dev/null"]
    stage(f"Список пакетов {suite}")
    run([*apt, "update"], packages)
    stage(f"Скачивание RabbitMQ {suite}")
    run([*apt, "download", *PACKAGES, *_LIBRARIES], packages)
    return packages


def _repository() -> str:
    """The machine's own: the first that has a component "main" of the release that the machine runs."""
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", "")
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    for line in run(asked, Path("/")).splitlines():
        uri, _, rest = line.partition(" ")
        if rest == f"{codename} main":
            return uri
    raise SandboxError("Хранилище пакетов этой машины не найдено: apt-get indextargets его не называет.")


def library_folders(root: Path) -> list[Path]:
    """Возвращает каталоги с библиотеками распакованного выпуска."""
    machine = f"{platform.machine()}-linux-gnu"
    return [root / "usr" / "lib" / machine, root / "lib" / machine]


def wrap(root: Path) -> None:
    """Ставит на место программ сценарии: ядро взяло бы загрузчик самой машины, а её библиотеки старше."""
    libraries = library_folders(root)
    loader = next((found for folder in libraries for found in folder.glob("ld-linux*.so.*")), None)
    if loader is None:
        raise SandboxError(f"В пакетах libc6 нет загрузчика программ: {root}.")
    paths = ":".join(map(str, libraries))
    erlang = root / "usr" / "lib" / "erlang"
    for program in [found for pattern in _PROGRAMS for found in erlang.glob(pattern)]:
        if program.read_bytes()[:4] != _ELF:
            continue
        real = program.rename(program.with_name(f"{program.name}.real"))
        program.write_text(f'#!/bin/sh\nexec "{loader}" --library-path "{paths}" "{real}" "$@"\n', encoding="utf-8")
        program.chmod(0o755)


def _try(root: Path) -> None:
    erl = root / "usr/lib/erlang/bin/erl"
    done = subprocess.run(  # noqa: S603 - the program that we have just unpacked
        [str(erl), "-noshell", "-eval", "crypto:info_lib(), halt()."],
        capture_output=True, text=True, timeout=60, check=False, env={"PATH": "/usr/bin:/bin", "HOME": str(root)},
    )  # fmt: skip
    if done.returncode != 0:
        raise SandboxError(f"Erlang из {root} не запускается: {(done.stderr or done.stdout).strip()[-300:]}")
