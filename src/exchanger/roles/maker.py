"""Ровно один объект на заявку: найти, при надобности выждать карантин, создать, доделать."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from exchanger.connect import OpenSystem, Permit, Side, Work, files_from, writing_under
from exchanger.domain.key import Key
from exchanger.domain.reconcile import in_state
from exchanger.domain.task import ObjectState, Order, Snapshot
from exchanger.ports import Term
from exchanger.roles.context import Context
from exchanger.roles.files import OrderFiles
from exchanger.roles.quarantine import Inherited, Quarantine
from exchanger.telemetry.log import log


@dataclass(frozen=True, slots=True)
class Made:
    """Объект заявки; `adopted` — нашли готовый, а не создали сейчас."""

    found: Snapshot
    adopted: bool


class Maker:
    """Создание объектов одной системы во время одной вахты; заявки одной задачи сюда приходят по одной."""

    def __init__(self, context: Context, system: OpenSystem, term: Term, inherited: Inherited) -> None:
        self._context = context
        self._system = system
        self._term = term
        self._quarantine = Quarantine(term, inherited, context.engine, context.clock, system.quarantine)

    def doubt(self, order: Order) -> timedelta:
        """Исход создания неизвестен: до конца карантина отсутствие объекта ничего не доказывает. Возвращает срок."""
        return self._quarantine.doubt(order.task.id)

    async def make(self, order: Order, work: Work[Any]) -> Made:
        """Найти или создать объект; отказ системы всем размыкает её автомат."""
        self._system.circuit.require(Side.CREATE)
        permit = Permit(self._term.check, self._context.clock.monotonic)
        files = files_from(OrderFiles(self._context.engine, order))
        with self._system.circuit.asking(Side.CREATE), writing_under(permit), files:
            made = await self._make(order, work, permit)
        self._system.circuit.succeeded(by=Side.CREATE)
        return made

    async def _make(self, order: Order, work: Work[Any], permit: Permit) -> Made:
        params = work.prepare(order)
        key = self._context.installation.key(order.task.id)
        objects: list[Snapshot] = []
        made = None
        if not self._quarantine.untouched(order.task):
            objects = await self._known(order, work, key)
            made = await self._existing(order, work, objects)
            if made is None:
                objects = await self._proved(order, work, key, objects)
                made = await self._existing(order, work, objects)
        if made is None:
            await permit.confirm()
            made = Made(await self._create(order, work, _next_key(key, objects), params), adopted=False)
        if made.found.state is ObjectState.OPEN:
            await work.finish(made.found, params)
        return made

    async def _known(self, order: Order, work: Work[Any], key: Key) -> list[Snapshot]:
        """Objects of the key: the remembered one (search may lag), or all that are found."""
        remembered = self._quarantine.remembered(order.task)
        if remembered is not None and (seen := await work.read([remembered])):
            return seen
        return await self._search(work, key)

    async def _proved(self, order: Order, work: Work[Any], key: Key, objects: list[Snapshot]) -> list[Snapshot]:
        """All objects of the key before one more is created: none of this or the next generation is on its way."""
        left = self._quarantine.left(order.task, objects)
        if not left and self._quarantine.remembered(order.task) is None:
            return objects
        if left:
            log.info("ждём карантин перед созданием", seconds=round(left.total_seconds()))
            await self._context.clock.sleep(left.total_seconds())
        found = await self._search(work, key)
        numbers = {one.ref.id for one in found}
        return found + [one for one in objects if one.ref.id not in numbers]

    async def _search(self, work: Work[Any], key: Key) -> list[Snapshot]:
        """The keys are compared here, too: some systems ignore a filter that they don't know."""
        return self._context.installation.objects(await work.find([key]), key.task_id)

    async def _existing(self, order: Order, work: Work[Any], objects: Sequence[Snapshot]) -> Made | None:
        """The object to adopt. One that a person refused is reopened or followed by a new generation, never adopted,

        once the process has been told of the refusal (then the engine shows a count of retries).
        """
        alive = in_state(objects, ObjectState.FINISHED) or in_state(objects, ObjectState.OPEN)
        if alive:
            return Made(alive[0], adopted=True)
        if not objects:
            return None
        refused = in_state(objects, ObjectState.REFUSED)[0]
        if order.task.retries is None:
            return Made(refused, adopted=True)
        if await work.reopen(refused.ref, "Процесс повторяет задачу."):
            return Made(replace(refused, state=ObjectState.OPEN), adopted=True)
        return None

    async def _create(self, order: Order, work: Work[Any], key: Key, params: Any) -> Snapshot:
        self._quarantine.attempted(order.task)
        created = await work.create(key, params)
        self._quarantine.made(order.task, created.ref)
        return created


def _next_key(key: Key, objects: Sequence[Snapshot]) -> Key:
    """Every object of the key was refused: the next generation."""
    if not objects:
        return key
    newest = max(found.key.generation if found.key is not None else 1 for found in objects)
    return replace(key, generation=newest + 1)
