"""Рядом с работающей прежней системой: какой объект поставили бы мы и какой поставила она. Ничего не пишет."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from exchanger.connect.showing import Showing
from exchanger.domain.errors import BusinessError, Reject
from exchanger.domain.task import ExternalTask, ObjectRef, Snapshot
from exchanger.ops.moving.difference import Difference, differences, side_by_side
from exchanger.ops.moving.ground import Ground, Objects
from exchanger.ops.moving.reading import read_order
from exchanger.ops.moving.returning import chosen
from exchanger.ops.moving.traces import Traces
from exchanger.ops.moving.walk import Seen


@dataclass(frozen=True, slots=True)
class Shadowed:
    """Одна задача. `refusal` — почему мы объекта не поставили бы; `unknown` — почему сравнить нельзя.

    `ref` None — у прежней системы объекта (ещё) нет; `fields` — наше поле → у нас и у них (None — не показано).
    """

    task: ExternalTask
    system: str
    ref: ObjectRef | None = None
    found: tuple[Difference, ...] = ()
    refusal: str = ""
    unknown: str = ""
    fields: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Мы поступили бы иначе."""
        return bool(self.found or self.refusal)


class Shadow:
    """Сравнение задач прежнего работника, страница за страницей."""

    def __init__(self, ground: Ground, seen: Seen) -> None:
        self._ground = ground
        self._seen = seen

    async def compare(self) -> AsyncIterator[Shadowed]:
        """Каждая живая задача прежнего работника; инциденты пропущены: у них объекта может и не быть."""
        count = 0
        async for page in self._ground.held(self._ground.old):
            alive = [task for task in page if not task.is_incident]
            objects = await self._ground.objects(alive, Traces())
            for task in alive:
                yield await self._one(task, objects)
            count += len(page)
            self._seen(count)

    async def _one(self, task: ExternalTask, objects: Objects) -> Shadowed:
        system, found, work = self._ground.by_topic[task.topic].name, objects.of(task.id), self._ground.work(task)
        if found is None:
            return Shadowed(task, system, unknown=objects.unknown[task.id])
        if not isinstance(work, Showing):
            return Shadowed(task, system, unknown=f"система {system} показывать объекты не умеет")
        ref = _ref(found)
        try:
            params = work.prepare((await read_order(self._ground, task)).order)
            ours = await work.preview(self._ground.installation.key(task.id), params)
        except (Reject, BusinessError) as error:
            return Shadowed(task, system, ref, refusal=str(error))
        rows = await work.show([ref]) if ref is not None else {}
        theirs = rows.get(ref.id, {}) if ref is not None else {}
        if not theirs:
            waits = "объекта у прежней системы ещё нет"
            return Shadowed(task, system, ref, unknown=waits, fields=side_by_side(ours, {}))
        found_differences = tuple(differences(ours, theirs, datetime.now(UTC)))
        return Shadowed(task, system, ref, found_differences, fields=side_by_side(ours, theirs))


def _ref(found: Sequence[Snapshot]) -> ObjectRef | None:
    return chosen(found).ref if found else None
