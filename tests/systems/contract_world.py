"""What an author of a system writes to have an operation tested: the operation, and the levers of its stand-in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from exchanger.connect import Work
from exchanger.domain.errors import OutcomeUnknown, Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, Order, Snapshot
from exchanger.testing.proxy import HttpFaultProxy
from tests.systems.clock import JumpClock

TRIES = 8


class WorkWorld(ABC):
    """The operation under test and the levers of its stand-in."""

    work: Work[Any]
    proxy: HttpFaultProxy
    clock: JumpClock
    quarantine: timedelta
    secret: str
    create_path: str
    """A regular expression of the path of the creating request."""
    search_path: str
    """A regular expression of the paths of reading requests."""
    search_method: str = "POST"
    """The method of reading requests."""

    @abstractmethod
    def order(self, task_id: str) -> Order:
        """An order that can be carried out."""

    @abstractmethod
    def bad_order(self, task_id: str) -> tuple[Order, Sequence[str]]:
        """An order with several mistakes, and a word of each that must be named."""

    @abstractmethod
    def objects(self, key: Key) -> int:
        """How many objects with this key the system really holds."""

    @abstractmethod
    def finish(self, ref: ObjectRef) -> None:
        """A person finishes the object."""

    @abstractmethod
    def refuse(self, ref: ObjectRef) -> None:
        """A person refuses the object."""

    @abstractmethod
    def delete(self, ref: ObjectRef) -> None:
        """A person deletes the object."""

    @abstractmethod
    def strangers(self, count: int) -> None:
        """Objects of other people appear."""

    @abstractmethod
    def lag(self, seconds: float) -> None:
        """From now on new objects are found only after this time."""

    @abstractmethod
    def ignore_search(self) -> None:
        """From now on the system passes over every filter by key and returns whatever there is."""

    @abstractmethod
    def notices(self, ref: ObjectRef) -> int:
        """How many comments of ours the object bears."""

    def key(self, task_id: str) -> Key:
        return Key("test", "main", task_id)

    async def make(self, task_id: str) -> Snapshot:
        """What a creator does: look, make, and after a doubt look again no sooner than the quarantine allows."""
        key, params = self.key(task_id), self.work.prepare(self.order(task_id))
        for _ in range(TRIES):
            try:
                found = await self.work.find([key])
                made = found[0] if found else await self.work.create(key, params)
                await self.work.finish(made, params)
            except OutcomeUnknown:
                await self.proxy.settled()
                self.clock.jump(self.quarantine.total_seconds())
            except (Retry, SystemPaused) as error:
                self.clock.jump((error.after or timedelta(seconds=5)).total_seconds())
            else:
                return made
        raise AssertionError("не создано")
