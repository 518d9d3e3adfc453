"""Действия людей: строки JSON, которые только дописываются. Тел сообщений и тайн в них нет."""

from __future__ import annotations

import errno
import getpass
import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from exchanger.domain.errors import ConfigError
from exchanger.telemetry.redact import error_text, redact

FILE = "audit.jsonl"

_LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Deed:
    """Действие: что делается, над чем и почему; `details` — короткие подробности, без тел и тайн."""

    what: str
    target: str
    reason: str
    details: Mapping[str, str | int] = field(default_factory=dict)


class Verdict:
    """Чем кончилось действие; не сказано — «сделано»."""

    def __init__(self) -> None:
        self.text = "сделано"


def operator(environ: Mapping[str, str] = os.environ) -> str:
    """Кто за клавиатурой: `имя@узел`; под sudo — имя того, кто его вызвал."""
    host = socket.gethostname()
    invoker = environ.get("SUDO_USER")
    if invoker:
        return f"{invoker}@{host} (sudo)"
    try:
        return f"{environ.get('LOGNAME') or environ.get('USER') or getpass.getuser()}@{host}"
    except (KeyError, OSError):  # a container's user may have no name
        return f"uid {os.getuid()}@{host}"


class Audit:
    """Запись действий: намерение — до, итог — после. Намерение не записалось — действия не будет."""

    def __init__(
        self, path: Path, *, who: str | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._path = path
        self._who = who or operator()
        self._now = now

    @property
    def who(self) -> str:
        """Кто действует."""
        return self._who

    @contextmanager
    def deed(self, deed: Deed) -> Iterator[Verdict]:
        """Действие внутри блока; исключение записывается итогом и идёт дальше. `ConfigError` — записать нельзя."""
        number = uuid4().hex
        self._write(number, "intent", deed, "")
        verdict = Verdict()
        try:
            yield verdict
        except BaseException as error:
            self._write(number, "result", deed, f"не сделано: {error_text(error)}")
            raise
        self._write(number, "result", deed, verdict.text)

    def _write(self, number: str, phase: str, deed: Deed, result: str) -> None:
        record = {
            "id": number,
            "phase": phase,
            "at": self._now().isoformat(timespec="milliseconds"),
            "who": self._who,
            "what": deed.what,
            "target": deed.target,
            "reason": _short(deed.reason),
            "details": {
                name: _short(value) if isinstance(value, str) else value for name, value in deed.details.items()
            },
        }
        if phase == "result":
            record["result"] = _short(result)
        try:
            self._append(json.dumps(record, ensure_ascii=False) + "\n")
        except OSError as error:
            done = "Действие отменено" if phase == "intent" else f"Действие завершено ({_short(result)})"
            raise ConfigError(
                f"{done}: запись действий {self._path} недоступна: {error.strerror}.",
                remedy=_remedy(error),
            ) from error

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # One write of one line with O_APPEND: lines of several commands at once do not mix.
        file = _opened(self._path)
        try:
            os.write(file, line.encode("utf-8", "replace"))
            os.fsync(file)
        finally:
            os.close(file)


def _opened(path: Path) -> int:
    # The folder may belong to a service's own user: root must not follow a link that this user has laid there.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        file = os.open(path, flags | os.O_EXCL, 0o600)
    except FileExistsError:
        return os.open(path, flags, 0o600)
    _hand_over(file, path.parent)
    return file


def _hand_over(file: int, folder: Path) -> None:
    """Root's command in the folder of a service's own user: that user's console must be able to read the file.

    Only a file just made: an existing name may be a link that this user has laid.
    """
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        with suppress(PermissionError):  # a share that gives root no rights: the record matters more than the page
            os.fchown(file, owner.st_uid, owner.st_gid)


def _remedy(error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return "на месте файла — ссылка, по ней не пишут: уберите её, а другой каталог назовите в EXCHANGER_LOGS_DIR."
    return "исправьте права или место на диске (каталог задаёт EXCHANGER_LOGS_DIR) и повторите."


def _short(text: str) -> str:
    return redact(text)[:_LONGEST_TEXT]
