"""Счёт запросов в файле: переживает перезапуск, один на все процессы (flock), запись целиком или никак."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.ports import Clock
from exchanger.storm.atomic import write_whole
from exchanger.telemetry.log import log

_ASK_AGAIN = 0.25  # seconds between two tries to take the lock
_SAY_AFTER = 10.0
DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Mark:
    """Момент по двум часам: стенным (переживают перезагрузку) и монотонным (не знают переводов)."""

    wall: float
    mono: float

    @classmethod
    def now(cls, clock: Clock) -> Mark:
        """Сейчас."""
        return cls(clock.now().timestamp(), clock.monotonic())

    def age(self, now: Mark) -> float:
        """Сколько секунд прошло наверняка: меньшее из показаний часов, которые не шли назад."""
        return min((span for span in (now.wall - self.wall, now.mono - self.mono) if span >= 0), default=0.0)

    def not_after(self, now: Mark) -> Mark:
        """Момент, который обе пары часов считают будущим (часы перевели), — сейчас: иначе он не состарится."""
        return now if self.wall > now.wall and self.mono > now.mono else self


@dataclass(slots=True)
class Ledger:
    """Запросы последней минуты, отказы 429 за сутки (стенные секунды) и запрет до срока (`closed` + `closed_for`)."""

    sent: list[Mark] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    closed: Mark | None = None
    closed_for: float = 0.0

    def shed(self, now: Mark, window: float) -> None:
        """Забыть то, что больше ни на что не влияет."""
        self.sent = [mark.not_after(now) for mark in self.sent if mark.not_after(now).age(now) < window]
        self.refused = [min(at, now.wall) for at in self.refused if now.wall - min(at, now.wall) < DAY]
        if self.closed is not None:
            self.closed = self.closed.not_after(now)
            if self.closed.age(now) >= self.closed_for:
                self.closed, self.closed_for = None, 0.0


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """Файл счёта под замком."""

    path: Path
    clock: Clock

    def read(self) -> Ledger | None:
        """Прочитать; файла нет — пустой счёт, не разобрать — None."""
        try:
            content = json.loads(self.path.read_bytes())
            closed = content["closed"]
            return Ledger(
                [Mark(float(each["wall"]), float(each["mono"])) for each in content["sent"]],
                [float(at) for at in content["refused"]],
                None if closed is None else Mark(float(closed["wall"]), float(closed["mono"])),
                float(content["closed_for"]),
            )
        except FileNotFoundError:
            return Ledger()
        except (ValueError, KeyError, TypeError):
            return None

    def write(self, ledger: Ledger) -> None:
        """Записать: новый файл на место прежнего, после fsync."""
        write_whole(self.path, json.dumps(asdict(ledger)).encode())


@asynccontextmanager
async def locked(path: Path, clock: Clock) -> AsyncIterator[LedgerFile]:
    """Взять замок счёта; пока он у другого процесса — ждать, сказав об этом один раз."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        number = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ConfigError(
            f"Счёт запросов к StormBPMN не открыть: {path.parent}: {error.strerror}.",
            remedy="укажите в STORMBPMN_DIR каталог, в который можно писать.",
        ) from error
    try:
        await _take(number, path, clock)
        yield LedgerFile(path, clock)
    finally:
        os.close(number)  # lets the lock go


async def _take(number: int, path: Path, clock: Clock) -> None:
    started, said = clock.monotonic(), False
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not said and clock.monotonic() - started >= _SAY_AFTER:
                log.info("запросы к StormBPMN делает другой процесс, ждём его", lock=str(path.with_suffix(".lock")))
                said = True
            await clock.sleep(_ASK_AGAIN)
        else:
            await asyncio.sleep(0)  # a cancellation that came meanwhile is heard before the lock is used
            return
