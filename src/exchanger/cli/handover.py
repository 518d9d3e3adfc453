"""`exchanger handover`: вернуть дела прежней системе."""

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
from exchanger.ops.moving.handover import Handover
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock

_REMEDY = (
    "остановите службы Exchanger (прежние запускают после передачи) и повторите; если это не они — --even-if-alive."
)


def handover(
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
    """Вернуть незаконченное прежней системе в её форме: квитанции целиком, запоры под её именем.

    Наши службы и прежняя система должны быть остановлены; прежнюю запускают, когда команда кончилась. Прерванное
    исполнение продолжает тот же вызов. Выход: 0 — передано всё, 1 — есть задачи, о которых решает человек.
    Пример: exchanger handover --plan
    """
    if mode_of(plan=plan, apply=apply, dry_run=dry_run) is Mode.PLAN:
        perform(_plan(old_worker, Report(as_json=as_json)))
        return
    why = required(reason)
    confirm(f"Передать наши задачи работнику {old_worker}?", yes=yes)
    perform(_apply(old_worker, why, Report(as_json=as_json), None if even_if_alive else observe))


async def _plan(old_worker: str, report: Report) -> None:
    async with open_ground(load_settings(), old_worker) as ground:
        warn(await signs(ground))
        handover = Handover(ground, SystemClock(), progress)
        async for each in handover.walk.plan():
            report.task(each)
        report.end(handover.walk.traces.unread, ground.strangers)


async def _apply(old_worker: str, reason: str, report: Report, observe: float | None) -> None:
    clock = SystemClock()
    async with open_ground(load_settings(), old_worker) as ground:
        if observe is not None:
            refuse([*await signs(ground), *await activity(ground, clock, observe)], _REMEDY)
        handover = Handover(ground, clock, progress)
        async for each in handover.apply(reason):
            report.task(each)
        report.end(handover.walk.traces.unread, ground.strangers)
