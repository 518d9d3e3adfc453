import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from exchanger.sandbox import guard
from exchanger.sandbox.errors import SandboxError

_TAIL_LINES = 15
_STACK_FRAME = ("\tat ", "\t...")
_GRACE = 30.0


class ChildProcess:
    """Дочерний процесс с журналом в файле: живёт не дольше нас, завершается по своему номеру.

    Методы синхронные и пригодны для любого потока; `stop` и `kill` можно звать повторно.
    """

    def __init__(self, argv: list[str], *, log: Path, env: Mapping[str, str], cwd: Path) -> None:
        self.log = log
        self._process = _spawn(argv, log, env, cwd)
        self._owner: int | None = None
        try:
            self._owner, self._guard = _guard(self._process.pid, log)
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    @property
    def pid(self) -> int:
        """Номер процесса в системе."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Работает ли процесс (остановленный сигналом тоже работает)."""
        return self._process.poll() is None

    def stop(self, grace: float = _GRACE) -> bool:
        """Просит завершиться (SIGTERM), через `grace` секунд убивает; True, если процесс завершился сам."""
        if self.alive:
            self.resume()
            self._process.terminate()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self._dismiss_guard()
        return True

    def kill(self) -> None:
        """Убивает процесс сразу (SIGKILL) и дожидается конца."""
        self._process.kill()
        self._process.wait()
        self._dismiss_guard()

    def suspend(self) -> None:
        """Замораживает процесс (SIGSTOP)."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Размораживает процесс (SIGCONT)."""
        self._process.send_signal(signal.SIGCONT)

    def log_tail(self) -> str:
        """Возвращает последние строки журнала, без стека Java, для сообщения об ошибке."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        telling = [line for line in lines if line.strip() and not line.startswith(_STACK_FRAME)]
        return "\n".join(telling[-_TAIL_LINES:])

    def _dismiss_guard(self) -> None:
        if self._owner is not None:
            os.close(self._owner)
            self._owner = None
        self._guard.wait()


def _spawn(argv: list[str], log: Path, env: Mapping[str, str], cwd: Path) -> subprocess.Popen[bytes]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        try:
            # A session of its own: Ctrl-C in a terminal reaches only us, and we stop it in order.
            return subprocess.Popen(  # noqa: S603 - the command is built by the sandbox, no shell
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        except OSError as error:
            raise SandboxError(f"Не запускается {argv[0]}: {error}") from error


def _guard(pid: int, log: Path) -> tuple[int, subprocess.Popen[bytes]]:
    child = os.pidfd_open(pid)
    watched, owner = os.pipe()
    command = [sys.executable, "-I", "-S", guard.__file__, str(watched), str(child)]
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own file
                command,
                pass_fds=(watched, child),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
    except BaseException:
        os.close(owner)
        raise
    finally:
        os.close(watched)
        os.close(child)
    return owner, process
