"""`exchanger incidents`: задачи, у которых кончились попытки."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from exchanger.cli.asking import (
    AsJson,
    DryRun,
    Everything,
    Older,
    Reason,
    Since,
    Yes,
    confirm,
    narrowed,
    perform,
    required,
    say,
)
from exchanger.ops.dead_letter import age
from exchanger.ops.incidents import Incident, Wanted, open_incidents
from exchanger.settings import load_settings

app = typer.Typer(help="Инциденты наших задач в движке: посмотреть, дать ещё попытку.", no_args_is_help=True)

System = Annotated[str, typer.Option("--system", help="Система: bitrix24, …")]
Task = Annotated[str, typer.Option("--task", help="Id внешней задачи.")]
Topic = Annotated[str, typer.Option("--topic", help="Тема внешней задачи.")]
Instance = Annotated[str, typer.Option("--instance", help="Id экземпляра процесса.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Не больше скольких.")]


@app.command(name="list")
def list_(
    *,
    system: System = "",
    task: Task = "",
    topic: Topic = "",
    instance: Instance = "",
    since: Since = None,
    older: Older = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Показать: причина, с какого времени, где объект, какой элемент диаграммы, что делать.

    Пример: exchanger incidents list --system bitrix24 --older 1d
    """
    found = perform(_list(Wanted(system, task, topic, instance, since, older), limit))
    for incident in found:
        say(json.dumps(_fields(incident), ensure_ascii=False) if as_json else _text(incident))
    if not as_json:
        more = f", показаны первые {limit}: остальные — с большим --limit" if len(found) == limit else ""
        say(f"Инцидентов: {len(found)}{more}")


@app.command()
def retry(
    *,
    system: System = "",
    task: Task = "",
    topic: Topic = "",
    instance: Instance = "",
    since: Since = None,
    older: Older = None,
    limit: Limit = 1000,
    everything: Everything = False,
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Дать отобранным одну попытку: задача будет взята заново.

    Пример: exchanger incidents retry --topic bitrix_create_task --reason "группа создана"
    """
    wanted = Wanted(system, task, topic, instance, since, older)
    narrowed(everything=everything or dry_run, unlimited=wanted.is_everything)
    why = "" if dry_run else required(reason)
    found = perform(_list(wanted, limit))
    if dry_run or not yes:
        for incident in found:
            say(_text(incident))
        say(f"Получат попытку: {len(found)}")
    if dry_run or not found:
        return
    confirm(f"Повторить {len(found)}?", yes=yes)
    perform(_retry(found, why))


async def _list(wanted: Wanted, limit: int) -> list[Incident]:
    async with open_incidents(load_settings()) as (incidents, _):
        return await incidents.look(wanted, limit)


async def _retry(found: list[Incident], reason: str) -> None:
    async with open_incidents(load_settings()) as (incidents, audit):
        await incidents.retry(found, reason, audit, _tell)


def _tell(incident: Incident, what: str) -> None:
    say(f"задача {incident.task.id}: {what}")


def _text(incident: Incident) -> str:
    task = incident.task
    lines = [
        f"задача {task.id}  {age(incident.since)}  {incident.system} {task.topic}",
        f"    элемент: {incident.element} ({task.process_definition_key}, экземпляр {task.process_instance_id})",
        f"    причина: {incident.cause}",
        f"    объект: {incident.link or 'не создан'}",
        f"    что делать: {incident.advice}",
    ]
    return "\n".join(lines)


def _fields(incident: Incident) -> dict[str, str | None]:
    task = incident.task
    return {
        "task": task.id,
        "system": incident.system,
        "topic": task.topic,
        "process": task.process_definition_key,
        "instance": task.process_instance_id,
        "business_key": task.business_key,
        "element_id": task.activity_id,
        "element": incident.element,
        "cause": incident.cause,
        "since": None if incident.since is None else incident.since.isoformat(),
        "link": incident.link,
        "advice": incident.advice,
    }
