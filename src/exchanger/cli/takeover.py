"""`exchanger takeover`: принять дела у прежней системы."""

from __future__ import annotations

from exchanger.cli.asking import AsJson, DryRun, Reason, Yes, confirm, perform, required
from exchanger.cli.moving import (
    OBSERVE,
    OLD,
    Applying,
    EvenIfAlive,
    Mode,
    Observe,
    OldWorker,
    Planning,
    Report,
    mode_of,
    progress,
    warn,
)
from exchanger.ops.moving.alive import activity, refuse, signs
from exchanger.ops.moving.ground import open_ground
from exchanger.ops.moving.takeover import Takeover
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock

_REMEDY = (
    "остановите службы прежней системы (и наши: их запускают после приёма) и повторите; если это не они — "
    "--even-if-alive."
)


def takeover(
    *,
    plan: Planning = False,
    apply: Applying = False,
    old_worker: OldWorker = OLD,
    reason: Reason = "",
    observe: Observe = OBSERVE,
    even_if_alive: EvenIfAlive = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Разобрать задачи, запертые прежней системой, и принять их: у каждой сказано, что с ней будет.

    Прежняя система и наши службы должны быть остановлены. Прерванное исполнение продолжает тот же вызов.
    Выход: 0 — всё решено, 1 — есть задачи, о которых решает человек. Пример: exchanger takeover --plan
    """
    if mode_of(plan=plan, apply=apply, dry_run=dry_run) is Mode.PLAN:
        perform(_plan(old_worker, Report(as_json=as_json)))
        return
    why = required(reason)
    confirm(f"Принять задачи работника {old_worker}?", yes=yes)
    perform(_apply(old_worker, why, Report(as_json=as_json), None if even_if_alive else observe))


async def _plan(old_worker: str, report: Report) -> None:
    async with open_ground(load_settings(), old_worker) as ground:
        warn(await signs(ground))
        takeover = Takeover(ground, SystemClock(), progress)
        async for each in takeover.walk.plan():
            report.task(each)
        report.end(takeover.walk.traces.unread, ground.strangers)


async def _apply(old_worker: str, reason: str, report: Report, observe: float | None) -> None:
    clock = SystemClock()
    async with open_ground(load_settings(), old_worker) as ground:
        if observe is not None:
            refuse([*await signs(ground), *await activity(ground, clock, observe)], _REMEDY)
        takeover = Takeover(ground, clock, progress)
        async for each in takeover.apply(reason):
            report.task(each)
        report.end(takeover.walk.traces.unread, ground.strangers)
