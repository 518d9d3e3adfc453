"""`exchanger trace`: где задача, что с ней было, что не так и что делать."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from exchanger.ops.trace import Answered, InstanceFacts, TaskFacts, open_tracer, tell
from exchanger.settings import Settings, load_settings
from exchanger.telemetry.redact import redact

NOT_FOUND = 1
TROUBLE = 3


def trace(
    asked: Annotated[
        str,
        typer.Argument(metavar="ID", help="Внешняя задача, экземпляр, бизнес-ключ, номер или ссылка объекта."),
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Ответ для программы.")] = False,
) -> None:
    """Показать весь путь задачи и последней строкой — что сейчас, что не так, что делать.

    Выход: 0 — всё в порядке, 1 — не нашлось, 3 — что-то не так. Пример: exchanger trace 4711
    """
    answered = asyncio.run(_look(load_settings(), asked))
    typer.echo(
        json.dumps(_data(answered), ensure_ascii=False, indent=2) if as_json else redact("\n".join(_text(answered)))
    )
    if not answered.found:
        raise typer.Exit(NOT_FOUND)
    if any(tell(task, answered.now).trouble for each in answered.found for task in each.tasks):
        raise typer.Exit(TROUBLE)


async def _look(settings: Settings, asked: str) -> Answered:
    async with open_tracer(settings) as tracer:
        return await tracer.look(asked)


def _text(answered: Answered) -> Iterator[str]:
    if not answered.found:
        yield (
            f"По «{answered.asked}» ничего не нашлось: ни внешней задачи, ни экземпляра, ни бизнес-ключа, ни объекта. "
            "Проверьте среду (EXCHANGER_ENV) и арендатора: чужое здесь не видно."
        )
    for each in answered.found:
        yield from _instance(each, answered.now)
    for silent in answered.silent:
        yield f"Не ответил — {silent}"


def _instance(facts: InstanceFacts, now: datetime) -> Iterator[str]:
    one = facts.instance
    if one is not None:
        key = f", бизнес-ключ {one.business_key}" if one.business_key else ""
        ended = f", закончен {_time(one.ended)}" if one.ended else ""
        yield f"Процесс {one.name or one.key} (версия {one.version}), экземпляр {one.id}{key}"
        yield f"  начат {_time(one.started)}{ended}"
        if facts.standing:
            yield f"  стоит на: {', '.join(facts.standing)}"
    for task in facts.tasks:
        yield from _task(task, now)


def _task(facts: TaskFacts, now: datetime) -> Iterator[str]:
    story = tell(facts, now)
    yield f"Задача {facts.id}: «{facts.element}», тема {facts.topic or '?'}, система {facts.system}"
    for step in story.steps:
        yield f"  {_time(step.at)}  {step.source:<7} {step.what}"
    for one in facts.objects or ():
        yield f"  объект {one.ref.id}: {one.state.value} {one.ref.link}".rstrip()
    yield f"  → {story.line}"


def _data(answered: Answered) -> dict[str, Any]:
    return {
        "asked": answered.asked,
        "now": answered.now.isoformat(),
        "silent": [redact(each) for each in answered.silent],
        "found": [_instance_data(each, answered.now) for each in answered.found],
    }


def _instance_data(facts: InstanceFacts, now: datetime) -> dict[str, Any]:
    one = facts.instance
    return {
        "instance": one.id if one else None,
        "process": one.key if one else None,
        "version": one.version if one else None,
        "business_key": one.business_key if one else None,
        "standing": list(facts.standing),
        "tasks": [_task_data(task, now) for task in facts.tasks],
    }


def _task_data(facts: TaskFacts, now: datetime) -> dict[str, Any]:
    story = tell(facts, now)
    return {
        "id": facts.id,
        "topic": facts.topic,
        "system": facts.system,
        "element": facts.element,
        "says": facts.says.value,
        "objects": [
            {"id": one.ref.id, "state": one.state.value, "link": one.ref.link, "overdue": one.overdue}
            for one in facts.objects or ()
        ],
        "steps": [{"at": s.at.isoformat(), "source": s.source, "what": redact(s.what)} for s in story.steps],
        "state": redact(story.state),
        "trouble": redact(story.trouble),
        "advice": story.advice,
        "next": list(facts.next),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone().strftime("%d.%m.%Y %H:%M:%S")
