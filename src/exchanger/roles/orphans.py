"""Обход открытых объектов системы: задача кончилась, пока не следил никто, а объект с тех пор не менялся.

Лента такого не покажет, в списке движка задачи уже нет. Обход идёт после начала вахты и потом раз в `Pace.orphans`, за
ту же долю времени системы, что и обход обязательств; прерванный продолжается со страницы, на которой встал.
"""

from __future__ import annotations

from typing import Any

from exchanger.connect import Cursor, Side, Work
from exchanger.connect.listing_open import ListsOpen
from exchanger.domain.task import Fate, ObjectState, Snapshot
from exchanger.roles.pace import Pace
from exchanger.roles.strangers import Strangers
from exchanger.roles.watch import Watch
from exchanger.telemetry.log import log

_BREATH = 0.05
_LOOK_AGAIN = 60.0
_SHOWN = 5


class Orphans:
    """Поиск объектов без обязательства. Молчит об объекте, чья судьба не доказана: таким может быть весь портал."""

    def __init__(self, watch: Watch, strangers: Strangers, pace: Pace) -> None:
        self._watch = watch
        self._strangers = strangers
        self._pace = pace
        self._places: dict[int, Cursor] = {}
        self._unproved: set[str] = set()

    async def walk(self) -> None:
        """Один обход; начинается, когда список движка прочитан, и стоит, пока держит тормоз."""
        await self._watch.listed.wait()
        for number, (work, _) in enumerate(self._watch.works()):
            if isinstance(work, ListsOpen):
                await self._through(number, work)
        self._places.clear()
        self._say()

    async def _through(self, number: int, work: Work[Any] | ListsOpen) -> None:
        assert isinstance(work, ListsOpen)
        clock, circuit = self._watch.context.clock, self._watch.system.circuit
        pages = work.opened(self._places.get(number, Cursor()))
        while True:
            await circuit.closed()
            started = clock.monotonic()
            with circuit.asking(Side.WATCH):
                page = await anext(pages, None)
            spent = clock.monotonic() - started
            if page is None:
                return
            await self._judge(page[0])
            self._places[number] = page[1]
            await clock.sleep(max(spent / self._pace.share - spent, _BREATH))

    async def _judge(self, page: list[Snapshot]) -> None:
        while self._watch.brake.on:
            await self._watch.context.clock.sleep(_LOOK_AGAIN)
        await self._watch.each(
            self._one(found.key.task_id, found) for found in page if found.key and self._is_one(found)
        )

    def _is_one(self, found: Snapshot) -> bool:
        if found.key is None or found.state is not ObjectState.OPEN or self._strangers.is_judged(found):
            return False
        return self._watch.context.installation.owns(found.key) and self._watch.index.get(found.key.task_id) is None

    async def _one(self, task_id: str, found: Snapshot) -> None:
        fate = await self._strangers.fate(task_id)
        if fate is Fate.UNPROVED:
            self._unproved.add(found.ref.id)
        elif fate is not None:
            await self._strangers.settle(task_id, found, fate)

    def _say(self) -> None:
        """Once a walk: a wrong database of the engine would put a word into every task of the portal."""
        unproved, self._unproved = self._unproved, set()
        if unproved:
            log.warning(
                "открытые объекты, о чьих задачах движок и его история не знают: в них ничего не сказано",
                system=self._watch.system.name,
                count=len(unproved),
                objects=", ".join(sorted(unproved)[:_SHOWN]),
            )
