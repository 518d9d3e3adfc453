"""Запись рабочего пакета: что из тела запроса понято, что не проходит проверку. Незнакомое молча пропускается."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from exchanger.sandbox.openproject.custom_values import missing, read_custom
from exchanger.sandbox.openproject.errors import ApiError, conflict, forbidden, invalid, malformed, raise_all
from exchanger.sandbox.openproject.hrefs import linked_id, number
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import Principal, WorkPackage

_LONGEST_SUBJECT = 255
_DURATION = re.compile(r"P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+(?:\.\d+)?H)?(?:\d+M)?(?:\d+S)?)?")
_DAYS = re.compile(r"P(\d+)D")


def draft(instance: Instance, user: Principal, body: Mapping[str, Any]) -> tuple[WorkPackage, list[ApiError]]:
    """Новый пакет по телу запроса и всё, что в нём не так; в хранилище не попадает."""
    links = body.get("_links", {})
    name = linked_id(links["project"], "project", "projects", "workspaces") if "project" in links else None
    if name is None:
        raise invalid("project", "Project can't be blank.")
    project = instance.project(user, name)
    now = instance.clock()
    blank = WorkPackage(
        id=0,
        project=project.id,
        type=project.types[0],
        status=instance.default_status().id,
        priority=next(iter(instance.priorities)),
        author=user.id,
        created=now,
        updated=now,
        searchable_from=now + instance.faults.search_lag,
    )
    return blank, [*_apply(instance, blank, body), *_check(instance, user, blank, None)]


def create(instance: Instance, user: Principal, body: Mapping[str, Any], *, notify: bool) -> WorkPackage:
    """Создать пакет."""
    made, errors = draft(instance, user, body)
    raise_all(errors)
    made.id = instance.next_id()
    instance.work_packages[made.id] = made
    instance.touched(made, user, notified=notify)
    return made


def update(instance: Instance, user: Principal, one: WorkPackage, body: Mapping[str, Any]) -> WorkPackage:
    """Изменить пакет; без lockVersion или со старым — 409."""
    if body.get("lockVersion") != one.lock_version:
        raise conflict()
    changed = replace(one, custom=dict(one.custom), watchers=list(one.watchers))
    errors = [*_apply(instance, changed, body), *_check(instance, user, changed, one)]
    raise_all(errors)
    changed.lock_version += 1
    instance.work_packages[one.id] = changed
    instance.touched(changed, user)
    return changed


def _apply(instance: Instance, one: WorkPackage, body: Mapping[str, Any]) -> Iterator[ApiError]:
    for step in (_links, _texts, _dates, _custom):
        yield from step(instance, one, body)


def _links(_: Instance, one: WorkPackage, body: Mapping[str, Any]) -> Iterator[ApiError]:
    people = ("users", "groups", "placeholder_users")
    spaces = {
        "type": ("types",), "status": ("statuses",), "priority": ("priorities",), "assignee": people,
        "responsible": people, "parent": ("work_packages",),
    }  # fmt: skip
    for name, allowed in spaces.items():
        if name in body.get("_links", {}):
            try:
                setattr(one, name, number(body["_links"][name], name, *allowed))
            except ApiError as error:
                yield error


def _texts(_: Instance, one: WorkPackage, body: Mapping[str, Any]) -> Iterator[ApiError]:
    if "subject" in body:
        one.subject = str(body["subject"] or "")
    if isinstance(body.get("description"), dict):
        one.description = str(body["description"].get("raw") or "")
    if "scheduleManually" in body:
        one.schedule_manually = bool(body["scheduleManually"])
    if "estimatedTime" in body:
        one.estimated = body["estimatedTime"]
        if one.estimated is not None and not _DURATION.fullmatch(str(one.estimated)):
            yield malformed("estimatedTime", "ISO 8601 duration")


def _dates(instance: Instance, one: WorkPackage, body: Mapping[str, Any]) -> Iterator[ApiError]:
    kind = instance.types.get(one.type)
    names = {"date": ("start", "due")} if kind and kind.milestone else {"startDate": ("start",), "dueDate": ("due",)}
    for name, attributes in names.items():
        try:
            for attribute in attributes if name in body else ():
                setattr(one, attribute, None if body[name] is None else date.fromisoformat(str(body[name])))
        except ValueError:
            yield malformed(name, "ISO 8601 date")
    if "duration" in body and body["duration"] is not None and not (kind and kind.milestone):
        yield from _duration(one, str(body["duration"]), body)


def _duration(one: WorkPackage, text: str, body: Mapping[str, Any]) -> Iterator[ApiError]:
    found = _DAYS.fullmatch(text)
    if found is None:
        yield malformed("duration", "ISO 8601 duration")
        return
    span = timedelta(days=int(found[1]) - 1)
    if one.start and one.due and {"startDate", "dueDate"} <= body.keys():
        if one.due - one.start != span:
            yield invalid("duration", "Duration does not match the start date and finish date.")
    elif one.start:
        one.due = one.start + span
    elif one.due:
        one.start = one.due - span


def _custom(instance: Instance, one: WorkPackage, body: Mapping[str, Any]) -> Iterator[ApiError]:
    kind, project = instance.types.get(one.type), instance.projects[one.project]
    for field in instance.fields_of(project, kind) if kind else ():
        try:
            one.custom[field.id] = read_custom(instance, project, field, body)
        except KeyError:
            continue
        except ApiError as error:
            yield error


def _check(instance: Instance, user: Principal, one: WorkPackage, before: WorkPackage | None) -> Iterator[ApiError]:
    project = instance.projects[one.project]
    if not user.admin and user.id not in project.members:
        raise forbidden()
    if not one.subject.strip():
        yield invalid("subject", "Subject can't be blank.")
    if len(one.subject) > _LONGEST_SUBJECT:
        yield invalid("subject", "Subject is too long (maximum is 255 characters).")
    if one.type not in project.types:
        yield invalid("type", "Type is not set to one of the allowed values.")
    if one.start and one.due and one.due < one.start:
        yield invalid("dueDate", "Finish date must be greater than or equal to start date.")
    yield from _check_links(instance, user, one, before)
    if before is None and one.type in instance.types:
        for field in instance.fields_of(project, instance.types[one.type]):
            refused = missing(field, one.custom.get(field.id))
            if refused is not None:
                yield refused


def _check_links(
    instance: Instance, user: Principal, one: WorkPackage, before: WorkPackage | None
) -> Iterator[ApiError]:
    known: dict[str, Callable[[int], bool]] = {
        "status": instance.statuses.__contains__,
        "priority": instance.priorities.__contains__,
        "assignee": instance.projects[one.project].members.__contains__,
        "responsible": instance.projects[one.project].members.__contains__,
        "parent": lambda at: at in instance.work_packages and instance.sees(user, instance.work_packages[at]),
    }
    for name, exists in known.items():
        value = getattr(one, name)
        if value is None and name in {"status", "priority"}:
            yield invalid(name, f"{name} can't be blank.")
        elif value is not None and not exists(value):
            yield invalid(name, f"{name} is not set to one of the allowed values.")
    if before is not None and (before.status, one.status) in instance.forbidden_statuses:
        yield invalid("status", "Status is invalid because no valid transition exists.")
