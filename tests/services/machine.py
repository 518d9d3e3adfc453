"""A machine without systemd: its folder of units, and what was asked of systemctl."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from exchanger.ops.services.host import Ran


@dataclass
class FakeHost:
    is_root: bool = True
    calls: list[str] = field(default_factory=list)
    answer: Callable[[str], Ran] = lambda _: Ran(0)

    def run(self, *command: str) -> Ran:
        self.calls.append(" ".join(command))
        return self.answer(self.calls[-1])

    def attach(self, *command: str) -> int:
        self.calls.append(" ".join(command))
        return 0
