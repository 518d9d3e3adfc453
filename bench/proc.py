"""CPU and memory of a process with its children, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of CPU (user and system) and the peak of resident memory in MiB."""

    cpu: float
    peak: float

    def since(self, before: Spent) -> Spent:
        return Spent(self.cpu - before.cpu, self.peak)


def spent(pid: int) -> Spent:
    cpu = peak = 0.0
    for each in _tree(pid):
        try:
            fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            status = Path(f"/proc/{each}/status").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue  # a helper that has just ended
        cpu += (int(fields[11]) + int(fields[12])) / _TICK
        peak += next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)
    return Spent(cpu, peak)


def busy() -> float:
    """Seconds of CPU that the whole machine has spent, by whomever."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, irq, soft = (int(field) for field in fields[:7])
    return (user + nice + system + irq + soft) / _TICK


def own() -> float:
    """Seconds of CPU that this process itself has spent."""
    times = os.times()
    return times.user + times.system


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in children:
        yield from _tree(int(child))
