"""Общее у команд переезда: режим, наблюдение за работающими, строки о задачах."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from enum import Enum
from typing import Annotated

import typer

from exchanger.ops.moving.case import Case, Judged
from exchanger.ops.moving.ground import OLD_WORKER
from exchanger.telemetry.redact import redact

PERSON_DECIDES = 1
"""Код выхода: есть задачи, о которых решает человек."""

Planning = Annotated[bool, typer.Option("--plan", help="Только показать, что будет с каждой задачей.")]
Applying = Annotated[bool, typer.Option("--apply", help="Исполнить.")]
OldWorker = Annotated[str, typer.Option("--old-worker", help="Имя работника прежней системы в движке.")]
EvenIfAlive = Annotated[
    bool, typer.Option("--even-if-alive", help="Исполнить, хотя кто-то ещё работает: на вашу ответственность.")
]
Observe = Annotated[
    float, typer.Option("--observe", min=0, help="Сколько секунд наблюдать, не читает ли кто очередей и задач.")
]
OBSERVE = 15.0
OLD = OLD_WORKER


class Mode(Enum):
    """Что делать."""

    PLAN = "plan"
    APPLY = "apply"


def mode_of(*, plan: bool, apply: bool, dry_run: bool) -> Mode:
    """Ровно один режим; `--dry-run` — то же, что `--plan`."""
    if apply and not (plan or dry_run):
        return Mode.APPLY
    if (plan or dry_run) and not apply:
        return Mode.PLAN
    raise typer.BadParameter("скажите одно из двух: --plan или --apply", param_hint="--plan / --apply")


def progress(count: int) -> None:
    """Ход работы — в поток ошибок, чтобы вывод можно было читать программой."""
    typer.echo(f"просмотрено задач: {count}", err=True)


def warn(signs: list[str]) -> None:
    """Сказать, что кто-то ещё работает: план может устареть сразу."""
    for sign in signs:
        typer.echo(f"внимание: {sign}", err=True)


class Report:
    """Печатает строки о задачах и считает итог; памяти на задачу не тратит."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._findings: Counter[str] = Counter()
        self._persons = 0

    def task(self, judged: Judged) -> None:
        """Одна задача."""
        found = judged.verdict
        self._findings[found.finding] += 1
        self._persons += bool(found.person)
        fields = _fields(judged.case) | {
            "finding": found.finding, "step": found.step, "then": found.then,
            "person": found.person, "done": judged.done,
        }  # fmt: skip
        typer.echo(redact(json.dumps(fields, ensure_ascii=False) if self._as_json else _text(fields)))

    def end(self, unread: Mapping[str, int], strangers: Mapping[str, int]) -> None:
        """Итог; есть что решать человеку (задачи чужих тем тоже) — выход 1."""
        if self._as_json:
            summary = {
                "tasks": self._findings.total(),
                "person": self._persons,
                "unread": dict(unread),
                "other_topics": dict(strangers),
                **self._findings,
            }
            typer.echo(json.dumps({"summary": summary}, ensure_ascii=False))
        else:
            listed = ", ".join(f"{name} {count}" for name, count in sorted(self._findings.items()))
            typer.echo(
                f"Задач: {self._findings.total()}{f' ({listed})' if listed else ''}; решает человек: {self._persons}"
            )
            for queue, count in unread.items():
                typer.echo(f"В очереди {queue} непонятных сообщений: {count}; службы отправят их в очередь ошибок.")
            for topic, count in strangers.items():
                typer.echo(
                    f"Тему {topic} мы здесь не обслуживаем, а заперто в ней задач: {count}. Решает человек: подключите "
                    "систему темы (EXCHANGER_SYSTEMS, EXCHANGER_TOPICS) и повторите либо закончите их в Cockpit."
                )
        if self._persons or strangers:
            raise typer.Exit(PERSON_DECIDES)


def _fields(case: Case) -> dict[str, object]:
    task, trace = case.task, case.trace
    waiting = {
        "order": trace.order,
        "receipt": bool(trace.object_id),
        "answer": trace.answer,
        "undelivered_answer": trace.undelivered,
        "error": trace.failed,
    }
    return {
        "task": task.id,
        "system": case.system,
        "topic": task.topic,
        "process": task.process_definition_key,
        "instance": task.process_instance_id,
        "element": task.activity_id,
        "locked_until": None if task.locked_until is None else task.locked_until.isoformat(),
        "objects": None if case.objects is None else {found.ref.id: str(found.state) for found in case.objects},
        "waiting": [name for name, is_there in waiting.items() if is_there],
    }


def _text(fields: dict[str, object]) -> str:
    lines = [f"задача {fields['task']}  {fields['system']} {fields['topic']}  {fields['process']} {fields['element']}"]
    lines.append(f"    {fields['then']}")
    lines.append(f"    шаг: {fields['done'] or fields['step']}")
    if fields["person"]:
        lines.append(f"    решает человек: {fields['person']}")
    return "\n".join(lines)
