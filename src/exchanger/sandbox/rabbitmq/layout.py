"""Файлы и окружение одного узла RabbitMQ в его каталоге."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exchanger.sandbox.rabbitmq.software import Software

USER = "exchanger"
_NODE = "exchanger@localhost"
# Two schedulers that don't spin when idle: tests share their machine.
_ERLANG_FLAGS = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none"


@dataclass(frozen=True, slots=True)
class Ports:
    """Порты узла на 127.0.0.1."""

    amqp: int
    management: int
    distribution: int
    epmd: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Каталог узла: данные, журналы, настройки."""

    directory: Path
    software: Software

    @property
    def data(self) -> Path:
        """Каталог базы узла."""
        return self.directory / "data"

    @property
    def log(self) -> Path:
        """Журнал брокера."""
        return self.directory / "log" / "broker.log"

    @property
    def console(self) -> Path:
        """Вывод самого процесса: сюда попадают ошибки раннего запуска."""
        return self.directory / "log" / "console.log"

    def write_settings(self, ports: Ports, password: str, plugins: Sequence[str]) -> None:
        """Пишет `rabbitmq.conf` (с паролем, доступен только владельцу) и список плагинов."""
        for folder in (self.data, self.log.parent, self.directory / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        lines = [
            f"listeners.tcp.1 = 127.0.0.1:{ports.amqp}",
            f"default_user = {USER}",
            f"default_pass = {password}",
            "log.console = false",
            "log.file.level = info",
        ]
        if "rabbitmq_management" in plugins:
            lines += ["management.tcp.ip = 127.0.0.1", f"management.tcp.port = {ports.management}"]
        settings = self.directory / "rabbitmq.conf"
        settings.touch(mode=0o600)
        settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
        (self.directory / "enabled_plugins").write_text(f"[{','.join(plugins)}].\n", encoding="utf-8")

    def environment(self, ports: Ports) -> dict[str, str]:
        """Возвращает полное окружение узла: из нашего берётся только TZ."""
        own = {name: os.environ[name] for name in ("TZ",) if name in os.environ}
        return own | {
            "HOME": str(self.directory / "home"),  # the Erlang cookie lives there
            "PATH": f"{self.software.erlang / 'bin'}:{self.software.scripts}:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "RABBITMQ_NODENAME": _NODE,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(ports.amqp),
            "RABBITMQ_DIST_PORT": str(ports.distribution),
            "ERL_EPMD_PORT": str(ports.epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG_FLAGS,
            "RABBITMQ_MNESIA_BASE": str(self.data),
            "RABBITMQ_LOG_BASE": str(self.log.parent),
            "RABBITMQ_LOGS": str(self.log),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(self.data / "config"),
            "RABBITMQ_PID_FILE": str(self.data / "pid"),
            "RABBITMQ_CONFIG_FILE": str(self.directory / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.directory / "enabled_plugins"),
            # The start script then replaces itself by the server, so that the process id is the server's.
            "RUNNING_UNDER_SYSTEMD": "true",
        }
