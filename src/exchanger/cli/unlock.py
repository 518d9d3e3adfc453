"""`exchanger unlock`, `exchanger retry`: названные внешние задачи, по одной."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson, DryRun, Reason, Yes, confirm, perform, required, say
from exchanger.ops.unlock import Act, Planned, open_named
from exchanger.ops.unlock_rules import Decision
from exchanger.settings import load_settings

_REFUSED = 1

Tasks = Annotated[list[str], typer.Argument(metavar="ЗАДАЧА…", help="Id внешних задач.")]


def unlock(
    tasks: Tasks, *, reason: Reason = "", dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Отпереть названные задачи: аренда или пауза перед попыткой кончится сейчас, их возьмут снова.

    Задачу, по которой уже есть объект или мог быть сделан вызов, команда не отпирает и говорит почему. Отпереть все
    сразу нельзя. Выход 1 — хоть одна не отперта. Пример: exchanger unlock 1f0c… --reason "служба убита на ходу"
    """
    _carry_out(Act.UNLOCK, tasks, reason, dry_run=dry_run, yes=yes, as_json=as_json)


def retry(
    tasks: Tasks, *, reason: Reason = "", dry_run: DryRun = False, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Дать названным инцидентам по одной попытке, сказав, что будет. Отбором — exchanger incidents retry.

    Выход 1 — хоть одной попытка не дана. Пример: exchanger retry 1f0c… --reason "исполнитель назначен"
    """
    _carry_out(Act.RETRY, tasks, reason, dry_run=dry_run, yes=yes, as_json=as_json)


def _carry_out(act: Act, tasks: list[str], reason: str, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    why = "" if dry_run else required(reason)
    plan = perform(_plan(act, tasks))
    chosen = [each.task_id for each in plan if each.decision.acts]
    if dry_run or not yes or not chosen:
        for each in plan:
            _say(each.task_id, each.decision, "будет" if each.decision.acts else "нет", as_json=as_json)
    if not dry_run and chosen:
        confirm(f"Сделать с {len(chosen)}?", yes=yes)
        refused = [each for each in plan if not each.decision.acts] if yes else []
        for each in refused:
            _say(each.task_id, each.decision, "нет", as_json=as_json)
        done = perform(_perform(act, chosen, why, as_json=as_json))
        chosen = [task_id for task_id, decision in done.items() if decision.acts]
    if len(chosen) < len(plan):
        raise typer.Exit(_REFUSED)


async def _plan(act: Act, tasks: list[str]) -> list[Planned]:
    async with open_named(load_settings()) as named:
        return await named.plan(act, tasks)


async def _perform(act: Act, tasks: list[str], reason: str, *, as_json: bool) -> dict[str, Decision]:
    done: dict[str, Decision] = {}
    async with open_named(load_settings()) as named:
        for task_id in tasks:
            done[task_id] = await named.perform(act, task_id, reason)
            _say(task_id, done[task_id], "сделано" if done[task_id].acts else "нет", as_json=as_json)
    return done


def _say(task_id: str, decision: Decision, word: str, *, as_json: bool) -> None:
    if as_json:
        say(json.dumps({"task": task_id, "result": word, "text": decision.text}, ensure_ascii=False))
    else:
        say(f"задача {task_id}: {word}: {decision.text}")
