"""Вахта: один процесс действует для системы — создаёт и наблюдает; остальные ждут своей очереди."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from exchanger.connect import OpenSystem, Side
from exchanger.domain.reconcile import Rules
from exchanger.ports import Handler
from exchanger.roles.caller import Caller, routed
from exchanger.roles.context import Context, forever
from exchanger.roles.creator import Creator
from exchanger.roles.doubts import Doubts
from exchanger.roles.pause import Pause, accept_flag, forget_flag
from exchanger.roles.quarantine import Inherited
from exchanger.roles.tracker import Pace, Tracker
from exchanger.telemetry.log import log
from exchanger.wire.names import queue_of


class Duty:
    """Creator и Tracker одной системы под одной вахтой, с общими пределами и автоматом.

    `tracker` — наблюдение этой вахты; None — вахту несёт другой процесс.
    """

    def __init__(self, context: Context, system: OpenSystem, rules: Rules, pace: Pace) -> None:
        self._context = context
        self._system = system
        self._rules = rules
        self._pace = pace
        self._pause = Pause(context, system.name)
        self.tracker: Tracker | None = None

    @property
    def system(self) -> OpenSystem:
        """Система вахты."""
        return self._system

    async def run(self) -> None:
        """Ждать вахты, нести её, после потери ждать снова."""
        await forever(f"duty:{self._system.name}", self._serve, self._context)

    async def _serve(self) -> None:
        async with self._context.bus.term(self._system.name) as term:
            log.info("вахта принята", system=self._system.name)
            inherited = Inherited()
            creator = Creator(self._context, self._system, term, inherited)
            caller = Caller(self._context, self._system, term, creator.ousted)
            work = asyncio.ensure_future(self._work(creator, caller, inherited))
            lost, ousted = asyncio.ensure_future(term.lost()), asyncio.ensure_future(creator.ousted.wait())
            try:
                await asyncio.wait({work, lost, ousted}, return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    await work
                log.warning("вахта потеряна, работа с системой передана", system=self._system.name)
            finally:
                for task in (work, lost, ousted):
                    task.cancel()
                await asyncio.gather(work, lost, ousted, return_exceptions=True)

    async def _work(self, creator: Creator, caller: Caller, inherited: Inherited) -> None:
        self.tracker = tracker = Tracker(self._context, self._system, self._rules, self._pace, inherited)
        try:
            async with asyncio.TaskGroup() as roles:
                roles.create_task(self._pause.keep(self._system.circuit, self._orders(tracker)))
                roles.create_task(tracker.run())
                roles.create_task(self._create(routed(self._system, caller, creator.handle)))
                roles.create_task(Doubts(self._context, self._system, caller).run(self._pace.walk))
                roles.create_task(self._announce(tracker))
        finally:
            self.tracker = None

    def _orders(self, tracker: Tracker) -> Mapping[str, Callable[[], None]]:
        return {accept_flag(self._system.name): tracker.accept, forget_flag(self._system.name): self._forget}

    def _forget(self) -> None:
        if self._system.forget is None:
            log.warning("забыть узнанное система не умеет: оно истекает само", system=self._system.name)
            return
        self._system.forget()
        log.info("узнанное у системы забыто по приказу оператора", system=self._system.name)

    async def _announce(self, tracker: Tracker) -> None:
        """The duty works when its messages come: a term alone is not enough."""
        await tracker.consuming.wait()
        self._context.health.part(f"duty:{self._system.name}").up(now=self._context.clock.now())

    async def _create(self, handler: Handler) -> None:
        """Consume orders while the system takes them: a paused one keeps its orders in the queue."""
        queue = queue_of(self._system.name)
        while True:
            await self._system.circuit.closed(by=Side.CREATE)
            at_once = self._system.limiter.limits.at_once
            async with self._context.bus.consume(queue, handler, at_once=at_once):
                await self._system.circuit.broken()
