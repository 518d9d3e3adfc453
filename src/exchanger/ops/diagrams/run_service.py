"""Служба camunda-sync: проход по диаграммам раз в SYNC_INTERVAL, пока SYNC_ENABLED=true."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from exchanger.domain.errors import ExchangerError, SystemPaused
from exchanger.ops.diagrams.deploy import Outcome
from exchanger.ops.diagrams.deploy_open import open_run
from exchanger.ops.diagrams.run import Step, Summary
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.telemetry.health import Health
from exchanger.telemetry.log import log

PART = "диаграммы"
"""Имя части на странице здоровья."""

_OFF = "перенос выключен: SYNC_ENABLED=false"
_SOONEST = timedelta(minutes=1)  # after a run that could not go on; a cut-short run costs little to begin again


@dataclass(slots=True)
class SyncService:
    """Проходы один за другим; выключенная служба стоит и ничего не делает."""

    settings: Settings
    clock: Clock
    health: Health
    _told: dict[str, str] = field(default_factory=dict)

    async def run(self) -> None:
        """Работать, пока не отменят."""
        part = self.health.part(PART)
        if not self.settings.sync.enabled:
            part.up(now=self.clock.now())
            log.warning("перенос диаграмм выключен, служба ждёт остановки", setting="SYNC_ENABLED")
        while True:
            pause = await self._pass() if self.settings.sync.enabled else self.settings.sync.interval
            await self.clock.sleep(pause.total_seconds())

    def state(self) -> str:
        """Строка состояния для systemd."""
        if not self.settings.sync.enabled:
            return _OFF
        refused = len(self._told)
        return f"диаграмм, требующих человека: {refused}" if refused else "диаграммы переносятся"

    async def _pass(self) -> timedelta:
        """One run; returns how long to wait for the next."""
        part, interval = self.health.part(PART), self.settings.sync.interval
        try:
            async with open_run(self.settings, self.clock) as sync:
                summary = await sync.run(self._tell)
        except ExchangerError as error:
            part.down(str(error), now=self.clock.now())
            asked = error.after if isinstance(error, SystemPaused) and error.after is not None else _SOONEST
            return max(asked, min(_SOONEST, interval))
        part.up(now=self.clock.now())
        self._sum_up(summary)
        return interval

    def _tell(self, step: Step, _number: int, _total: int) -> None:
        """A refusal is said once, and once again when its reason changes or it is gone."""
        if step.outcome is Outcome.DEPLOYED and step.result is not None and step.result.version is not None:
            version = step.result.version
            log.info("диаграмма развёрнута", diagram=step.diagram, definition=version.id, version=version.version)
        why = "" if step.outcome.good else "; ".join(step.reasons)
        known = self._told.get(step.diagram, "")
        if why and why != known:
            self._told[step.diagram] = why
            log.warning("диаграмма не развёрнута", diagram=step.diagram, outcome=step.outcome, reason=why)
        elif known and not why:
            del self._told[step.diagram]
            log.info("диаграмма больше не требует человека", diagram=step.diagram, outcome=step.outcome)

    def _sum_up(self, summary: Summary) -> None:
        gone = self._told.keys() - {step.diagram for step in summary.steps}
        for diagram in gone:  # no longer chosen, so nobody waits for it
            del self._told[diagram]
        counts = {outcome.value: summary.count(outcome) for outcome in Outcome if summary.count(outcome)}
        log.info("проход по диаграммам закончен", diagrams=len(summary.steps), **counts)
