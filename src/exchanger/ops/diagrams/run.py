"""Проход по всем отобранным диаграммам: скачать изменившееся, перенести, проверить, развернуть; итог — по каждой."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from exchanger.domain.errors import ConfigError, ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.ops.diagrams.deploy import Deployer, Outcome, Result
from exchanger.ops.diagrams.deploy_checklists import ListSource
from exchanger.ops.diagrams.deploy_package import prepare
from exchanger.ops.diagrams.run_holds import Holds
from exchanger.ops.diagrams.run_state import Done, RunState, StateFile
from exchanger.ports import Clock
from exchanger.storm.api import DiagramCard, Selection, StormSource
from exchanger.storm.files import Download, read_local
from exchanger.storm.report import Report
from exchanger.telemetry.log import log

_REFUSALS_IN_A_ROW = 3
_CUT_SHORT = frozenset({Outcome.FAILED, Outcome.WOULD_DEPLOY})  # what a run begun again must look at once more


@dataclass(frozen=True, slots=True)
class Step:
    """Итог одной диаграммы; `earlier` — сделано прошлым, прерванным проходом."""

    diagram: str
    name: str
    outcome: Outcome
    result: Result | None = None
    report: Report | None = None
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    earlier: bool = False


Tell = Callable[[Step, int, int], None]
"""Кому рассказать: итог диаграммы, которая она по счёту, сколько всего."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Итог прохода по диаграммам, в порядке списка StormBPMN."""

    steps: tuple[Step, ...]
    skipped: int = 0

    @property
    def good(self) -> bool:
        """Ни одна диаграмма не требует человека."""
        return all(step.outcome.good for step in self.steps)

    def count(self, outcome: Outcome) -> int:
        """Сколько диаграмм с этим итогом."""
        return sum(step.outcome is outcome for step in self.steps)


@dataclass(slots=True)
class SyncRun:
    """Один проход. Убитый продолжается: сделанное не делается снова, скачанное не скачивается."""

    storm: StormSource
    download: Download
    deployer: Deployer
    lists: ListSource
    selection: Selection
    states: StateFile
    holds: Holds
    clock: Clock
    _in_a_row: int = field(default=0)

    async def run(self, tell: Tell, *, dry_run: bool = False, refresh: bool = False) -> Summary:
        """Пройти по всем; `refresh` — скачать и то, что не изменилось.

        `SystemPaused` и другие ошибки, которые касаются всех, прерывают проход: он продолжится в следующий раз.
        """
        with self.states.locked() as state:
            found = await self.storm.diagrams()
            chosen = [card for card in found if not self.selection.refuses(card)]
            if not dry_run:
                self._begin(state, chosen)
            steps: list[Step] = []
            for card in chosen:
                step = self._earlier(state, card) or await self._next(card, dry_run=dry_run, refresh=refresh)
                steps.append(step)
                if not dry_run:
                    self._note(state, card, step)
                tell(step, len(steps), len(chosen))
            if not dry_run:
                state.started, state.done = "", {}
                self.states.write(state)
            return Summary(tuple(steps), len(found) - len(chosen))

    def _begin(self, state: RunState, chosen: Sequence[DiagramCard]) -> None:
        ids = {card.id for card in chosen}
        state.started = state.started or self.clock.now().isoformat()
        state.done = {name: each for name, each in state.done.items() if name in ids}
        self.states.write(state)

    def _earlier(self, state: RunState, card: DiagramCard) -> Step | None:
        done = state.done.get(card.id)
        if done is None or done.stamp != _stamp(card):
            return None
        return Step(card.id, card.name, Outcome(done.outcome), reasons=(state.refusals.get(card.id, ""),), earlier=True)

    def _note(self, state: RunState, card: DiagramCard, step: Step) -> None:
        if step.earlier:
            return
        if step.outcome not in _CUT_SHORT:
            state.done[card.id] = Done(_stamp(card), step.outcome)
        if step.outcome.good:
            state.refusals.pop(card.id, None)
        else:
            state.refusals[card.id] = "; ".join(step.reasons)
        self.states.write(state)

    async def _next(self, card: DiagramCard, *, dry_run: bool, refresh: bool) -> Step:
        """One bad diagram stops nobody: only what concerns all passes through."""
        try:
            path, notes = await self._fetched(card, refresh=refresh)
            step = await self._deployed(card, path, notes, dry_run=dry_run)
        except SystemPaused:
            raise
        except (Retry, OutcomeUnknown) as error:
            self._in_a_row += 1
            self._stop_if_nobody_answers(error)
            return _failed(card, str(error))
        except (Reject, ConfigError) as error:
            return _failed(card, str(error))
        except Exception as error:  # noqa: BLE001 - a fault of ours in one diagram must not stop the others
            log.opt(exception=error).error("диаграмма не перенесена из-за ошибки программы", diagram=card.id)
            return _failed(card, f"ошибка программы ({type(error).__name__}): подробности в журнале")
        self._in_a_row = 0
        return step

    async def _fetched(self, card: DiagramCard, *, refresh: bool) -> tuple[Path, tuple[str, ...]]:
        known = None if refresh else self.download.folder.has(card)
        if known is not None:
            return known, ()
        got = await self.download.one(card.id)
        assert got.path is not None
        return got.path, got.notes

    async def _deployed(self, card: DiagramCard, path: Path, notes: tuple[str, ...], *, dry_run: bool) -> Step:
        local = read_local(path)
        hold = self.holds.of(card.id)
        if hold is not None and hold.body == hashlib.sha256(local.body).hexdigest():
            why = f"возвращена к прежней версии {hold.at}: {hold.reason}; развернётся, когда изменится в StormBPMN"
            return Step(card.id, card.name, Outcome.HELD, notes=notes, reasons=(why,))
        candidate = await prepare(local, self.lists)
        version = f"версия {candidate.info.version}" if candidate.info.version else "правка"
        result = await self.deployer.deploy(candidate, f"перенос из StormBPMN, {version}", dry_run=dry_run)
        if result.outcome is Outcome.DEPLOYED:
            self.holds.lift(card.id)
        notes = (*notes, *candidate.remarks)
        return Step(card.id, card.name, result.outcome, result, candidate.converted.report, notes, result.reasons)

    def _stop_if_nobody_answers(self, error: ExchangerError) -> None:
        """A dead engine or a silent StormBPMN must not be asked a hundred times more."""
        if self._in_a_row >= _REFUSALS_IN_A_ROW:
            raise SystemPaused(
                f"{_REFUSALS_IN_A_ROW} диаграммы подряд не удались, проход прерван. Последняя причина: {error}",
                remedy="устраните причину и повторите: сделанное не повторяется.",
            ) from error


def _failed(card: DiagramCard, why: str) -> Step:
    return Step(card.id, card.name, Outcome.FAILED, reasons=(why,))


def _stamp(card: DiagramCard) -> str:
    return f"{card.version}/{card.updated.isoformat() if card.updated else ''}"
