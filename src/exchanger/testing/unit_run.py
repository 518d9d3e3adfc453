"""Юнит без systemd: его ExecStart с его окружением, тайнами, сокетом готовности и сторожем.

Выполняется то, что касается самой службы. Пользователь, каталоги и ограничения юнита — дело systemd.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import signal
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from exchanger.testing.eventually import eventually

Section = Mapping[str, list[str]]
"""Ключ раздела → значения в порядке файла."""


def parse_unit(text: str) -> Mapping[str, Section]:
    """Разделы юнита; ключ, сказанный несколько раз, хранит все значения."""
    sections: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    current = ""
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("["):
            current = line.strip("[]")
        elif line and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            sections[current][key].append(value)
    return sections


@dataclass(slots=True)
class UnitRun:
    """Запущенный юнит; `told` — всё, что служба сказала в сокет, по порядку."""

    process: asyncio.subprocess.Process
    watchdog: float
    told: list[dict[str, str]] = field(default_factory=list)
    starved: asyncio.Event = field(default_factory=asyncio.Event)
    """Сторож не дождался корма и послал SIGABRT."""

    def last(self, name: str) -> str:
        """Последнее значение поля; «» — ещё не говорилось."""
        return next((state[name] for state in reversed(self.told) if name in state), "")

    def count(self, name: str) -> int:
        """Сколько раз говорилось поле."""
        return sum(name in state for state in self.told)

    async def ready(self, within: float = 60.0) -> None:
        """Дождаться READY=1."""
        await eventually(lambda: self.last("READY") == "1", within=within, every=0.02, what="служба готова")

    async def stop(self, within: float) -> int:
        """Остановить, как systemd: SIGTERM; `TimeoutError` — не кончилась в срок."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), within)


@asynccontextmanager
async def run_unit(
    text: str, folder: Path, *, watchdog: float | None = None, extra: Mapping[str, str] | None = None
) -> AsyncIterator[UnitRun]:
    """Запустить юнит с каталогами внутри `folder`; `watchdog` — секунд вместо WatchdogSec."""
    service = parse_unit(text)["Service"]
    period = float(service["WatchdogSec"][-1]) if watchdog is None else watchdog
    # A socket's path is at most 107 bytes long, which a test's own folder may exceed.
    with TemporaryDirectory(prefix="unit-") as short, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        address = str(Path(short, "notify"))
        door.bind(address)
        door.settimeout(0)
        own = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": str(round(period * 1_000_000)), **(extra or {})}
        run = UnitRun(await _spawn(service, folder, own), period)
        tasks = [asyncio.create_task(_listen(door, run)), asyncio.create_task(_watch(run))]
        try:
            yield run
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if run.process.returncode is None:
                run.process.kill()
                await run.process.wait()


async def _spawn(service: Section, folder: Path, own: Mapping[str, str]) -> asyncio.subprocess.Process:
    filled = _filled(service, folder)
    assigned = dict(word.split("=", 1) for line in filled["Environment"] for word in shlex.split(line))
    credentials = _credentials(filled, folder)
    environment = {"PATH": os.environ["PATH"], "CREDENTIALS_DIRECTORY": str(credentials), **assigned, **own}
    with (folder / "output").open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *shlex.split(filled["ExecStart"][-1]),
            cwd=_created(Path(filled["WorkingDirectory"][-1])),
            env=environment,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )


def _filled(service: Section, folder: Path) -> Section:
    """With systemd's specifiers replaced by folders of this run."""
    places = {"%d": "credentials", "%S": "state", "%L": "logs"}

    def one(value: str) -> str:
        for specifier, name in places.items():
            value = value.replace(specifier, str(folder / name))
        return value

    return {key: [one(value) for value in values] for key, values in service.items()}


def _created(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _credentials(service: Section, folder: Path) -> Path:
    place = _created(folder / "credentials")
    for line in service["LoadCredential"]:
        name, _, source = line.partition(":")
        shutil.copyfile(source, place / name)
    return place


async def _listen(door: socket.socket, run: UnitRun) -> None:
    loop = asyncio.get_running_loop()
    while True:
        text = (await loop.sock_recv(door, 4096)).decode()
        run.told.append(dict(line.split("=", 1) for line in text.splitlines() if "=" in line))


async def _watch(run: UnitRun) -> None:
    """As systemd does: the time runs from READY on, each WATCHDOG=1 begins it anew."""
    await eventually(lambda: run.last("READY") == "1", within=3600, every=0.02, what="READY")
    fed = run.count("WATCHDOG")
    while run.process.returncode is None:
        await asyncio.sleep(run.watchdog)
        if run.count("WATCHDOG") == fed and run.count("STOPPING") == 0:
            run.starved.set()
            with suppress(ProcessLookupError):
                run.process.send_signal(signal.SIGABRT)
            return
        fed = run.count("WATCHDOG")
