"""Один узел RabbitMQ со своим epmd: запуск, остановка, авария, заморозка, виртуальные узлы."""

import asyncio
import json
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from threading import Event
from urllib.parse import quote

from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.ports import free_ports
from exchanger.sandbox.process import ChildProcess
from exchanger.sandbox.rabbitmq.layout import USER, Layout, Ports
from exchanger.sandbox.rabbitmq.software import Stage, ensure_software
from exchanger.sandbox.running import running

_START_TIMEOUT = 120.0  # seconds; 3-5 on an idle machine
_CTL_TIMEOUT = 60.0
_POLL = 0.05
_READY = "Server startup complete"
_MANAGEMENT = "rabbitmq_management"


def _quiet(_text: str) -> None:
    """Ход подготовки никому не нужен."""


class RabbitServer:
    """Узел RabbitMQ в своём каталоге; порты, пароль и данные сохраняются между запусками, пока не вызван `wipe`."""

    def __init__(self, directory: Path, plugins: Sequence[str] = (), stage: Stage = _quiet) -> None:
        self._directory = directory
        self._plugins = tuple(plugins)
        self._stage = stage
        self._password = secrets.token_urlsafe(18)
        self._layout: Layout | None = None
        self._ports: Ports | None = None
        self._broker: ChildProcess | None = None
        self._epmd: ChildProcess | None = None
        self._abandoned = Event()

    @property
    def url(self) -> str:
        """Адрес AMQP с паролем, виртуальный узел «/»."""
        return self.vhost_url("/")

    @property
    def management_url(self) -> str:
        """Адрес HTTP API без пароля; только с плагином `rabbitmq_management`."""
        if _MANAGEMENT not in self._plugins:
            raise SandboxError(f"Плагин {_MANAGEMENT} не включён: передайте plugins=['{_MANAGEMENT}']")
        return f"http://127.0.0.1:{self._prepared()[1].management}"

    @property
    def user(self) -> str:
        """Имя пользователя."""
        return USER

    @property
    def password(self) -> str:
        """Пароль пользователя."""
        return self._password

    @property
    def version(self) -> str:
        """Версия RabbitMQ."""
        return self._prepared()[0].software.version

    @property
    def pid(self) -> int:
        """Номер процесса брокера."""
        return self._running().pid

    def vhost_url(self, vhost: str) -> str:
        """Возвращает адрес AMQP виртуального узла."""
        return f"amqp://{USER}:{self._password}@127.0.0.1:{self._prepared()[1].amqp}/{quote(vhost, safe='')}"

    def start(self) -> None:
        """Запускает узел и ждёт, пока он примет клиентов."""
        if self._broker is not None and self._broker.alive:
            raise SandboxError(f"RabbitMQ уже запущен, процесс {self.pid}")
        layout, ports = self._prepare()
        environment = layout.environment(ports)
        self._start_epmd(layout, ports, environment)
        layout.log.write_text("", encoding="utf-8")
        command = [str(layout.software.scripts / "rabbitmq-server")]
        self._broker = ChildProcess(command, log=layout.console, env=environment, cwd=self._directory)
        self._wait_until_ready(layout, self._broker)

    def abandon(self) -> None:
        """Прекращает незаконченный запуск."""
        self._abandoned.set()

    def stop(self) -> None:
        """Останавливает брокер (SIGTERM, через 30 с SIGKILL), затем его epmd."""
        for child in (self._broker, self._epmd):
            if child is not None:
                child.stop()

    def kill(self) -> None:
        """Убивает брокер (SIGKILL); данные на диске остаются как при аварии."""
        self._running().kill()

    def suspend(self) -> None:
        """Замораживает брокер (SIGSTOP): соединения живы, ответов нет."""
        self._running().suspend()

    def resume(self) -> None:
        """Размораживает брокер."""
        self._running().resume()

    def wipe(self) -> None:
        """Удаляет данные остановленного узла: очереди, сообщения, виртуальные узлы."""
        if self._broker is not None and self._broker.alive:
            raise SandboxError("Данные удаляются только у остановленного RabbitMQ: сначала stop() или kill()")
        shutil.rmtree(self._prepared()[0].data, ignore_errors=True)

    def ctl(self, *arguments: str) -> str:
        """Выполняет `rabbitmqctl` и возвращает его вывод."""
        layout, ports = self._prepared()
        command = [str(layout.software.scripts / "rabbitmqctl"), "--quiet", *arguments]
        done = subprocess.run(  # noqa: S603 - our own broker's tool
            command,
            env=layout.environment(ports) | {"RABBITMQ_CTL_ERL_ARGS": "+S 1:1 +sbwt none"},
            cwd=self._directory,
            capture_output=True,
            text=True,
            timeout=_CTL_TIMEOUT,
            check=False,
        )
        if done.returncode != 0:
            raise SandboxError(f"rabbitmqctl {arguments[0]}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def create_vhosts(self, *vhosts: str) -> list[str]:
        """Создаёт виртуальные узлы с полными правами нашего пользователя и возвращает их адреса AMQP."""
        rights = {"user": USER, "configure": ".*", "write": ".*", "read": ".*"}
        definitions = {
            "vhosts": [{"name": vhost} for vhost in vhosts],
            "permissions": [rights | {"vhost": vhost} for vhost in vhosts],
        }
        # One call of rabbitmqctl starts an Erlang machine (0.4 s): definitions make many of them at once.
        with tempfile.NamedTemporaryFile("w", dir=self._directory, suffix=".json", encoding="utf-8") as file:
            json.dump(definitions, file)
            file.flush()
            self.ctl("import_definitions", file.name)
        return [self.vhost_url(vhost) for vhost in vhosts]

    async def add_vhost(self, vhost: str) -> str:
        """Создаёт один виртуальный узел, не занимая цикл событий, и возвращает его адрес AMQP."""
        (url,) = await asyncio.to_thread(self.create_vhosts, vhost)
        return url

    def _prepare(self) -> tuple[Layout, Ports]:
        if self._layout is None or self._ports is None:
            self._layout = Layout(self._directory, ensure_software(self._stage))
            self._ports = Ports(*free_ports(4))
        self._layout.write_settings(self._ports, self._password, self._plugins)
        return self._layout, self._ports

    def _prepared(self) -> tuple[Layout, Ports]:
        if self._layout is None or self._ports is None:
            raise SandboxError("RabbitMQ ещё не запускался")
        return self._layout, self._ports

    def _running(self) -> ChildProcess:
        if self._broker is None:
            raise SandboxError("RabbitMQ не запущен")
        return self._broker

    def _start_epmd(self, layout: Layout, ports: Ports, environment: dict[str, str]) -> None:
        # Our own, in the foreground: the server would leave a daemon behind.
        if self._epmd is None or not self._epmd.alive:
            command = [str(layout.software.epmd), "-address", "127.0.0.1", "-port", str(ports.epmd)]
            self._epmd = ChildProcess(command, log=layout.console, env=environment, cwd=self._directory)

    def _wait_until_ready(self, layout: Layout, broker: ChildProcess) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while _READY not in layout.log.read_text(encoding="utf-8", errors="replace"):
            if not broker.alive:
                raise SandboxError(f"RabbitMQ завершился при запуске:\n{broker.log_tail()}")
            if self._abandoned.is_set() or time.monotonic() > deadline:
                broker.stop(grace=0)
                raise SandboxError(f"RabbitMQ не запустился за {_START_TIMEOUT:.0f} с:\n{broker.log_tail()}")
            time.sleep(_POLL)


@contextmanager
def rabbitmq_process(directory: Path, plugins: Sequence[str] = (), stage: Stage = _quiet) -> Iterator[RabbitServer]:
    """Запускает узел в каталоге `directory` на время блока."""
    server = RabbitServer(directory, plugins, stage)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@asynccontextmanager
async def rabbitmq_server(
    directory: Path, plugins: Sequence[str] = (), stage: Stage = _quiet
) -> AsyncIterator[RabbitServer]:
    """То же, что `rabbitmq_process`, не занимая цикл событий."""
    async with running(RabbitServer(directory, plugins, stage)) as server:
        yield server
