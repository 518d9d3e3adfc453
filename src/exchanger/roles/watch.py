"""Общее у наблюдений одной системы: указатель, тормоз, автомат и решение сверки."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection, Coroutine, Iterable, Sequence
from dataclasses import replace
from typing import Any

from exchanger.connect import OpenSystem, Side, Work
from exchanger.domain.errors import ExchangerError, SystemPaused
from exchanger.domain.event import EventKind
from exchanger.domain.policy import CancelPolicy
from exchanger.domain.reconcile import Rules, decide, engine_says
from exchanger.domain.task import ExternalTask, Fate, ObjectState, Snapshot
from exchanger.roles.actions import Actions
from exchanger.roles.brake import Brake
from exchanger.roles.context import OUTAGES, Context
from exchanger.roles.index import Index, Recent, Watched
from exchanger.roles.quarantine import Inherited
from exchanger.telemetry.log import log

_ACTIONS_AT_ONCE = 16


class Watch:
    """Обязательства системы и то, что с ними решает сверка.

    `early` — задачи, объект которых закончили раньше, чем пришла квитанция; `closed` — недавно закончившиеся задачи;
    `listed` — список движка прочитан хоть раз; `fresh` — в указателе новое, `hinted` — система назвала изменившееся.
    """

    def __init__(self, context: Context, system: OpenSystem, rules: Rules, inherited: Inherited) -> None:
        self.context = context
        self.system = system
        self.rules = rules
        self.inherited = inherited
        self.index = Index()
        self.actions = Actions(context, system)
        self.brake = Brake(context, system.name)
        self.fresh = asyncio.Event()
        self.hinted = asyncio.Event()
        self.listed = asyncio.Event()
        self.early: Recent[str, bool] = Recent()
        self.closed: Recent[str, ExternalTask] = Recent()
        self._slots = asyncio.Semaphore(_ACTIONS_AT_ONCE)

    def works(self) -> list[tuple[Work[Any], set[str]]]:
        """Операции системы, каждая один раз, со своими темами."""
        grouped: dict[int, tuple[Work[Any], set[str]]] = {}
        for topic, work in self.system.works.items():
            grouped.setdefault(id(work), (work, set()))[1].add(topic)
        return list(grouped.values())

    async def find(self, work: Work[Any], tasks: Iterable[ExternalTask]) -> dict[str, list[Snapshot]]:
        """Объекты этих задач по ключу; чужое отброшено."""
        installation = self.context.installation
        keys = [installation.key(task.id) for task in tasks]
        with self.system.circuit.asking(Side.WATCH):
            found = await work.find(keys) if keys else []
        grouped = ((key.task_id, installation.objects(found, key.task_id)) for key in keys)
        return {task_id: objects for task_id, objects in grouped if objects}

    def tripped(self, source: str, vanished: Collection[str], total: int) -> bool:
        """Посчитать пропавшее; отпущенный тормоз — всех проверить заново: под ним ничего не делалось."""
        was_on = self.brake.on
        tripped = self.brake.tripped(source, vanished, total)
        if was_on and not self.brake.on:
            self._look_at_all()
        return tripped

    def accept(self) -> None:
        """Принять пропавшее к этой минуте: удалённое станет инцидентами, о недоказанном скажут в объектах."""
        accepted = self.brake.accept()
        if not accepted:
            log.warning("принимать нечего: тормоз не держит", system=self.system.name)
            return
        log.warning("пропавшее принято оператором, работа продолжена", system=self.system.name, accepted=accepted)
        self._look_at_all()

    def _look_at_all(self) -> None:
        for watched in self.index:
            watched.checked = -math.inf
        self.fresh.set()

    async def consider(self, watched: Watched, objects: Sequence[Snapshot]) -> None:
        """Решить по сверке и выполнить."""
        now, monotonic = self.context.engine.now(), self.context.clock.monotonic()
        watched.checked = monotonic
        if now is None or self.brake.on:
            return
        objects = await self._whole_picture(watched, objects)
        action = decide(
            engine_says(watched.task, None, now=now, locks=self.context.locks),
            objects,
            now=now,
            rules=self.rules,
            memory=watched.memory(now, monotonic),
            locked_until=watched.task.locked_until,
        )
        await self.actions.act(watched, action)

    async def _whole_picture(self, watched: Watched, objects: Sequence[Snapshot]) -> Sequence[Snapshot]:
        """A refusal is believed only when no other object of the key says otherwise."""
        if not objects or any(found.state is not ObjectState.REFUSED for found in objects):
            return objects
        found = await self.find(self.system.works[watched.task.topic], [watched.task])
        return found.get(watched.task.id) or objects

    async def gone(self, watched: Watched, objects: Sequence[Snapshot], fate: Fate, *, stranger: bool = False) -> None:
        """Задачи в движке больше нет: сказать в открытых объектах, что случилось.

        `stranger` — объект нашли по ленте, и за задачей не следили: он не удаляется, его мог вернуть в работу человек.
        """
        if fate is Fate.ALIVE or self.brake.on:
            return
        now = self.context.engine.now() or self.context.clock.now()
        says = engine_says(None, fate, now=now, locks=self.context.locks)
        rules = self.rules
        if stranger and rules.cancel in {CancelPolicy.CLOSE, CancelPolicy.DELETE}:
            rules = replace(rules, cancel=CancelPolicy.COMMENT)
        await self.actions.act(watched, decide(says, objects, now=now, rules=rules))
        self.context.emit(EventKind.GONE, watched.task, self.system.name, fate=fate.value)

    async def fate(self, task: ExternalTask) -> Fate:
        """Судьба задачи; той, что известна только по ключу, — по истории движка."""
        return await self.context.engine.fate(task)

    def close(self, task: ExternalTask) -> None:
        """Обязательство кончилось."""
        self.index.drop(task.id)
        self.closed.put(task.id, task)

    async def each(self, actions: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Выполнить все; неудача одного никого не останавливает. Перебой бросается, когда очередь дошла до каждого."""

        async def one(action: Coroutine[Any, Any, None]) -> None:
            async with self._slots:
                await action

        results = await asyncio.gather(*(one(action) for action in actions), return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        for failure in failures:
            if not isinstance(failure, ExchangerError):
                log.opt(exception=failure).error("неожиданная ошибка наблюдения", system=self.system.name)
            elif not isinstance(failure, OUTAGES):
                log.error("находка не обработана", system=self.system.name, reason=str(failure))
        outages = [failure for failure in failures if isinstance(failure, OUTAGES)]
        if outages:
            raise min(outages, key=lambda outage: not isinstance(outage, SystemPaused))
