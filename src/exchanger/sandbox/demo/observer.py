"""Взгляд со стороны: что о наших экземплярах говорит сам движок. Ходит мимо счётчика, чтобы не портить числа."""

from __future__ import annotations

import asyncio

from exchanger.domain.errors import Retry
from exchanger.engine.admin import EngineAdmin
from exchanger.sandbox.demo.ledger import Ledger
from exchanger.sandbox.demo.scenario import PROCESS

_EVERY = 0.5
_INCIDENTS_EVERY = 6  # rounds; an event of ours makes it sooner


class Observer:
    """Замечает концы и инциденты. `tenant` — чьи экземпляры, запущенные человеком, тоже показывать."""

    def __init__(self, admin: EngineAdmin, ledger: Ledger, tenant: str | None) -> None:
        self._admin = admin
        self._ledger = ledger
        self._tenant = tenant
        self._before: frozenset[str] = frozenset()

    async def remember(self) -> None:
        """Экземпляры, бывшие до показа, не наши: на своём движке они могли остаться от другого."""
        self._before = frozenset([instance.id async for instance in self._admin.instances(PROCESS)])

    async def run(self) -> None:
        """Смотреть, пока не остановят; молчание движка пережидается."""
        rounds = 0
        while True:
            rounds += 1
            try:
                await self.look()
                if self._ledger.suspects or rounds % _INCIDENTS_EVERY == 0:
                    await self.inspect()
            except Retry:
                await asyncio.sleep(_EVERY)  # the roles say it; here only the picture is late
            await asyncio.sleep(_EVERY)

    async def look(self) -> None:
        """Кто завершился, кто появился."""
        waiting = self._ledger.unfinished  # before the list: an instance started meanwhile has not ended
        running = {instance.id: instance async for instance in self._admin.instances(PROCESS)}
        for track in waiting:
            if track.instance not in running:
                self._ledger.ended(track, await self._admin.history(track.instance))
        for instance in running.values():
            if instance.tenant_id == self._tenant and instance.id not in self._before:
                await self._adopt(instance.id, instance.business_key)

    async def _adopt(self, instance: str, business_key: str | None) -> None:
        """Started by a person, or by us this very moment: our own start names it first."""
        if self._ledger.track(instance).name:
            return
        await asyncio.sleep(_EVERY)
        if not self._ledger.track(instance).name:
            self._ledger.started(instance, business_key or instance[:8])

    async def inspect(self) -> None:
        """У кого инцидент."""
        self._ledger.suspects.clear()
        for track in self._ledger.unfinished:
            self._ledger.stuck(track, await self._admin.incidents(track.instance))
