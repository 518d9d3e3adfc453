"""`exchanger worker`: темы работника и задачи, которых никто не берёт."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from exchanger.cli.asking import AsJson, perform, say
from exchanger.engine.survey import TaskState
from exchanger.ops.worker import TopicLine, WorkerView, look
from exchanger.settings import load_settings

_FORGOTTEN = 1


def worker(
    *,
    stats: Annotated[bool, typer.Option("--stats", help="Только итоги по состояниям.")] = False,
    as_json: AsJson = False,
) -> None:
    """Показать темы: куда идут, берёт ли их эта установка, сколько задач в движке.

    Выход 1 — ждут задачи тем, которых здесь никто не берёт. Пример: exchanger worker --stats
    """
    view = perform(look(load_settings()))
    if as_json:
        for line in view.topics:
            say(json.dumps(_fields(line), ensure_ascii=False))
    else:
        say(f"работник {view.worker_id}, тенант {view.tenant_id or 'любой'}")
        if not stats:
            Console().print(_table(view))
        say(_totals(view))
    forgotten = [line for line in view.topics if line.is_forgotten]
    for line in forgotten:
        say(_advice(line), err=True)
    if forgotten:
        raise typer.Exit(_FORGOTTEN)


def _table(view: WorkerView) -> Table:
    table = Table("тема", "система", "очередь", "берётся", *TaskState)
    for line in view.topics:
        counts = [str(line.counts.get(state, 0)) for state in TaskState]
        table.add_row(line.topic, line.system, line.queue, "да" if line.served else "нет", *counts)
    return table


def _totals(view: WorkerView) -> str:
    total: Counter[TaskState] = Counter()
    for line in view.topics:
        total.update(line.counts)
    said = ", ".join(f"{state} {total[state]}" for state in TaskState if total[state])
    return f"Тем: {len(view.topics)}; задач: {said or 'нет'}."


def _advice(line: TopicLine) -> str:
    return (
        f"тема {line.topic}: ждёт задач {line.counts[TaskState.WAITING]}, здесь её никто не берёт. "
        f"Что делать: включите систему {line.system} (EXCHANGER_SYSTEMS) или дайте теме систему (EXCHANGER_TOPICS); "
        "её может брать и другая служба (exchanger run python-services -m …)."
    )


def _fields(line: TopicLine) -> dict[str, str | bool | dict[str, int]]:
    return {
        "topic": line.topic,
        "system": line.system,
        "queue": line.queue,
        "served": line.served,
        "tasks": {state.name.lower(): line.counts.get(state, 0) for state in TaskState},
    }
