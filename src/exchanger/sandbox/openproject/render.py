"""Записи в виде HAL: так, как их отдаёт API v3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import (
    LINKED,
    Activity,
    Attachment,
    CustomField,
    Format,
    Named,
    Principal,
    Project,
    Relation,
    Status,
    WorkPackage,
    WorkType,
)

Body = dict[str, Any]

_NAMESPACES = {
    Format.LIST: "custom_options",
    Format.USER: "users",
    Format.VERSION: "versions",
    Format.HIERARCHY: "custom_field_items",
}


def link(href: str | None, title: str | None = None) -> Body:
    """Ссылка."""
    return {"href": href} if title is None else {"href": href, "title": title}


def paginated(elements: Sequence[Body], self_href: str) -> Body:
    """Список со страницами, весь на одной."""
    made = collection(elements, self_href) | {"pageSize": len(elements) or 1, "offset": 1}
    templated = {"href": self_href, "templated": True}
    return made | {"_links": {**made["_links"], "jumpTo": templated, "changeSize": templated}}


def moment(value: datetime) -> str:
    """Момент: миллисекунды, Z."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def collection(elements: Sequence[Body], self_href: str) -> Body:
    """Список без страниц."""
    return {
        "_type": "Collection",
        "total": len(elements),
        "count": len(elements),
        "_embedded": {"elements": list(elements)},
        "_links": {"self": link(self_href)},
    }


def package(instance: Instance, one: WorkPackage) -> Body:
    """Рабочий пакет."""
    project, kind = instance.projects[one.project], instance.types[one.type]
    body: Body = {
        "_type": "WorkPackage",
        "id": one.id,
        "displayId": str(one.id),
        "lockVersion": one.lock_version,
        "subject": one.subject,
        "description": formattable(one.description),
        "scheduleManually": one.schedule_manually,
        "estimatedTime": one.estimated,
        "createdAt": moment(one.created),
        "updatedAt": moment(one.updated),
        **_dates(one, milestone=kind.milestone),
        "_links": _links(instance, one, project, kind),
        "_embedded": {},
    }
    for field in instance.fields_of(project, kind):
        value = one.custom.get(field.id)
        if field.format in LINKED:
            body["_links"][field.attribute] = custom_links(instance, project, field, value)
        else:
            body[field.attribute] = formattable(str(value or "")) if field.format is Format.TEXT else value
    return body


def formattable(raw: str) -> Body:
    """Текст с разметкой."""
    return {"format": "markdown", "raw": raw, "html": f"<p>{raw}</p>" if raw else ""}


def _dates(one: WorkPackage, *, milestone: bool) -> Body:
    shown = {name: value.isoformat() if value else None for name, value in (("start", one.start), ("due", one.due))}
    if milestone:
        return {"date": shown["due"]}
    days = (one.due - one.start) / timedelta(days=1) + 1 if one.start and one.due else None
    return {
        "startDate": shown["start"],
        "dueDate": shown["due"],
        "duration": None if days is None else f"P{int(days)}D",
    }


def _links(instance: Instance, one: WorkPackage, project: Project, kind: WorkType) -> Body:
    here = f"/api/v3/work_packages/{one.id}"
    people = {"author": one.author, "assignee": one.assignee, "responsible": one.responsible}
    status, priority = instance.statuses[one.status], instance.priorities[one.priority]
    return {
        "self": link(here, one.subject),
        "schema": link(f"/api/v3/work_packages/schemas/{project.id}-{kind.id}"),
        "project": link(f"/api/v3/projects/{project.id}", project.name),
        "type": link(f"/api/v3/types/{kind.id}", kind.name),
        "status": link(f"/api/v3/statuses/{status.id}", status.name),
        "priority": link(f"/api/v3/priorities/{priority.id}", priority.name),
        "parent": link(None if one.parent is None else f"/api/v3/work_packages/{one.parent}"),
        "ancestors": [] if one.parent is None else [link(f"/api/v3/work_packages/{one.parent}")],
        "activities": link(f"{here}/activities"),
        **{name: _person(instance, number) for name, number in people.items()},
    }


def _person(instance: Instance, number: int | None) -> Body:
    found = None if number is None else instance.principals[number]
    return link(None) if found is None else link(found.href, found.name)


def custom_links(instance: Instance, project: Project, field: CustomField, value: object) -> Any:
    """Ссылки поля: список у множественного, одна у прочих."""
    numbers: list[int] = value if isinstance(value, list) else [] if value is None else [int(str(value))]
    known = {each.id: each.name for each in options_of(instance, project, field)}
    links = [link(f"/api/v3/{_NAMESPACES[field.format]}/{number}", known.get(number, "")) for number in numbers]
    if field.multi:
        return links
    return links[0] if links else link(None)


def options_of(instance: Instance, project: Project, field: CustomField) -> list[Named]:
    """Что можно выбрать в поле."""
    if field.format is Format.USER:
        return [Named(number, instance.principals[number].name) for number in sorted(project.members)]
    return list(project.versions if field.format is Format.VERSION else field.options)


def option_href(field: CustomField, number: int) -> str:
    """Адрес варианта."""
    return f"/api/v3/{_NAMESPACES[field.format]}/{number}"


def status(one: Status, position: int) -> Body:
    """Состояние."""
    return {
        "_type": "Status", "id": one.id, "name": one.name, "isClosed": one.closed, "isDefault": one.default,
        "isReadonly": one.readonly, "position": position,
        "_links": {"self": link(f"/api/v3/statuses/{one.id}", one.name)},
    }  # fmt: skip


def work_type(one: WorkType, position: int) -> Body:
    """Тип."""
    stamp = "2026-01-01T00:00:00.000Z"
    return {
        "_type": "Type", "id": one.id, "name": one.name, "color": None, "position": position, "isDefault": True,
        "isMilestone": one.milestone, "createdAt": stamp, "updatedAt": stamp,
        "_links": {"self": link(f"/api/v3/types/{one.id}", one.name)},
    }  # fmt: skip


def priority(one: Named) -> Body:
    """Приоритет."""
    return {
        "_type": "Priority", "id": one.id, "name": one.name, "isActive": True,
        "_links": {"self": link(f"/api/v3/priorities/{one.id}", one.name)},
    }  # fmt: skip


def principal(one: Principal, *, to: Principal) -> Body:
    """Участник; логин и почту видят только управляющие людьми (и сам человек)."""
    body: Body = {"_type": one.kind, "id": one.id, "name": one.name, "_links": {"self": link(one.href, one.name)}}
    if one.kind == "Group":
        body["_embedded"] = {"members": []}
    if one.kind == "User":
        body["avatar"] = None
        if to.admin or to.id == one.id:
            body |= {"login": one.login, "email": one.email, "status": "active" if one.active else "locked"}
    return body


def activity(one: Activity) -> Body:
    """Запись ленты."""
    return {
        "_type": "Activity::Comment" if one.comment else "Activity",
        "id": one.id,
        "version": one.version,
        "comment": formattable(one.comment),
        "details": [],
        "internal": False,
        "createdAt": moment(one.created),
        "updatedAt": moment(one.created),
        "_links": {
            "self": link(f"/api/v3/activities/{one.id}"),
            "workPackage": link(f"/api/v3/work_packages/{one.work_package}"),
            "user": link(f"/api/v3/users/{one.user}"),
        },
    }


def relation(one: Relation) -> Body:
    """Связь."""
    return {
        "_type": "Relation", "id": one.id, "name": one.type, "type": one.type, "reverseType": one.type,
        "description": one.description, "lag": one.lag,
        "_links": {
            "self": link(f"/api/v3/relations/{one.id}"),
            "from": link(f"/api/v3/work_packages/{one.from_id}"),
            "to": link(f"/api/v3/work_packages/{one.to_id}"),
        },
    }  # fmt: skip


def attachment(one: Attachment) -> Body:
    """Вложение."""
    return {
        "_type": "Attachment", "id": one.id, "fileName": one.name, "fileSize": len(one.content), "status": "uploaded",
        "description": formattable(one.description), "contentType": one.type, "createdAt": "2026-01-01T00:00:00.000Z",
        "digest": {"algorithm": "md5", "hash": hashlib.md5(one.content, usedforsecurity=False).hexdigest()},
        "_links": {
            "self": link(f"/api/v3/attachments/{one.id}", one.name),
            "container": link(f"/api/v3/work_packages/{one.work_package}"),
            "author": link("/api/v3/users/1"),
            "downloadLocation": link(f"/api/v3/attachments/{one.id}/content"),
            "staticDownloadLocation": link(f"/api/v3/attachments/{one.id}/content"),
        },
    }  # fmt: skip


def page(instance: Instance, found: Iterable[WorkPackage], total: int, size: int, number: int) -> Body:
    """Страница рабочих пакетов."""
    elements = [package(instance, one) for one in found]
    links = {"self": link("/api/v3/work_packages")}
    if number * size < total:
        links["nextByOffset"] = link(f"/api/v3/work_packages?offset={number + 1}&pageSize={size}")
    return {
        "_type": "WorkPackageCollection",
        "total": total,
        "count": len(elements),
        "pageSize": size,
        "offset": number,
        "_embedded": {"elements": elements},
        "_links": links,
    }
