"""Операция op_update_task: правка готового пакета."""

from __future__ import annotations

from exchanger.connect import Intent
from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.card import Body
from exchanger.systems.openproject.catalogue import Project
from exchanger.systems.openproject.change_params import ChangedTask
from exchanger.systems.openproject.changes import Change, change
from exchanger.systems.openproject.choices import choose
from exchanger.systems.openproject.desk import Desk
from exchanger.systems.openproject.foreign import Row, as_text, link_id, links, title
from exchanger.systems.openproject.schema import Form, Option
from exchanger.systems.openproject.snapshots import SYSTEM_NAME


async def op_update_task(params: ChangedTask, desk: Desk, key: Key) -> dict[str, str]:
    """Изменить пакет; незаданное остаётся, записанное прочитано обратно."""
    path = f"/work_packages/{params.task_id}"
    row = await desk.api.call("GET", path, intent=Intent.READ)
    wanted = await _wanted(params, desk, row)
    if not (wanted.fields or wanted.links or params.task_comment):
        raise Reject(
            "OpenProject: менять нечего: ни одно поле не задано.", remedy="задайте элементу хотя бы одно поле."
        )
    notify = desk.options.notify if params.task_notify is None else params.task_notify
    row = await change(desk.api, path, row, wanted, notify=notify)
    if params.task_comment:
        ref = ObjectRef(SYSTEM_NAME, str(params.task_id))
        await desk.comments.once(ref, params.task_comment, f"[ref:{key}]", notify=notify)
    return _variables(row, desk)


async def _wanted(params: ChangedTask, desk: Desk, row: Row) -> Change:
    project = Project(link_id(links(row).get("project")), title(links(row).get("project")))
    type_id = link_id(links(row).get("type"))
    form = await desk.catalogue.form(project.id, type_id)
    plain, linked = await desk.cards.custom.write(params.task_custom, form, project)
    milestone = any(each.milestone for each in form.options("type") if each.id == type_id)
    fields: Body = {
        "subject": params.task_subject or None,
        "description": {"raw": params.task_description} if params.task_description else None,
        "estimatedTime": params.task_estimated,
        **_dates(params, milestone=milestone),
        **plain,
    }
    given = {name: value for name, value in fields.items() if value is not None}
    return Change(given, {**await _links(params, desk, form, project), **linked})


def _dates(params: ChangedTask, *, milestone: bool) -> Body:
    start, due = (None if day is None else day.isoformat() for day in (params.task_start, params.task_due))
    if milestone:
        return {"date": due or start}
    return {"startDate": start, "dueDate": due, "duration": params.task_duration}


async def _links(params: ChangedTask, desk: Desk, form: Form, project: Project) -> Body:
    hrefs: dict[str, str] = {}
    if params.task_status:
        hrefs["status"] = choose(await _statuses(desk), params.task_status, "состояние").href
    if params.task_priority:
        hrefs["priority"] = choose(form.options("priority"), params.task_priority, "приоритет").href
    if params.task_parent is not None:
        hrefs["parent"] = desk.api.site.href("work_packages", str(params.task_parent))
    people = (
        ("assignee", params.task_assignee, "исполнитель"),
        ("responsible", params.task_responsible, "ответственный"),
    )
    for name, who, role in people:
        if who:
            hrefs[name] = await desk.cards.people.href(who, role, project)
    return {name: {"href": href} for name, href in hrefs.items()}


async def _statuses(desk: Desk) -> list[Option]:
    """The form of a creation offers only the first states; whether a transition exists is for OpenProject to say."""
    known = await desk.catalogue.statuses()
    return [Option(each.id, desk.api.site.href("statuses", each.id), each.name) for each in known.values()]


def _variables(row: Row, desk: Desk) -> dict[str, str]:
    number = as_text(row.get("id"))
    return {
        "op_task_id": number,
        "op_task_link": f"{_base(desk.options.link_base, desk.api)}/work_packages/{number}",
        "op_task_subject": as_text(row.get("subject")),
        "op_task_status": title(links(row).get("status")),
        "op_task_assignee": title(links(row).get("assignee")),
    }


def _base(link_base: str | None, api: OpenProjectApi) -> str:
    return (link_base or api.site.base).rstrip("/")
