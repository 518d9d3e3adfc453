"""Программы RabbitMQ и Erlang: установленные в системе, иначе распакованные в кэш."""

import os
import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from exchanger.sandbox.cache import cache_dir
from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.rabbitmq.packages import fetch_packages, release
from exchanger.sandbox.rabbitmq.suite import fetch_suite

Stage = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Software:
    """Где лежат RabbitMQ и Erlang: `root` — «/» или каталог, куда распакованы пакеты."""

    root: Path

    @property
    def scripts(self) -> Path:
        """Каталог с `rabbitmq-server` и `rabbitmqctl` (не обёртки из sbin: те пускают только root и rabbitmq)."""
        return self.root / "usr" / "lib" / "rabbitmq" / "bin"

    @property
    def erlang(self) -> Path:
        """Каталог Erlang."""
        return self.root / "usr" / "lib" / "erlang"

    @property
    def epmd(self) -> Path:
        """Программа epmd — служба имён Erlang."""
        return _only(self.erlang.glob("erts-*/bin/epmd"), "epmd", self.root)

    @property
    def version(self) -> str:
        """Версия RabbitMQ."""
        folder = _only((self.root / "usr/lib/rabbitmq/lib").glob("rabbitmq_server-*"), "rabbitmq_server", self.root)
        return folder.name.rpartition("-")[2]

    @property
    def complete(self) -> bool:
        """Есть ли всё для запуска."""
        return (self.scripts / "rabbitmq-server").is_file() and (self.erlang / "bin" / "erl").is_file()


def ensure_software(stage: Stage = lambda _text: None) -> Software:
    """Возвращает установленный RabbitMQ, если он есть, иначе распакованный; `stage(text)` говорит, что делается.

    `EXCHANGER_SANDBOX_RABBITMQ` — имя выпуска Debian (`trixie`): взять RabbitMQ оттуда, на какой бы машине это ни было.
    """
    if suite := os.environ.get("EXCHANGER_SANDBOX_RABBITMQ"):
        return Software(fetch_suite(cache_dir("rabbitmq", f"{suite}-{platform.machine()}"), suite, stage))
    installed = Software(Path("/"))
    if installed.complete:
        return installed
    target = cache_dir("rabbitmq", release())
    return Software(fetch_packages(target, stage))


def _only(found: Iterator[Path], what: str, root: Path) -> Path:
    paths = sorted(found)
    if not paths:
        raise SandboxError(f"В {root} нет {what}. Удалите этот каталог и повторите.")
    return paths[-1]
