"""Создание проекта: идентификатор один на весь экземпляр (регистр не в счёт), прежние имена заняты навсегда."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from exchanger.sandbox.openproject.custom_values import missing, read_custom
from exchanger.sandbox.openproject.errors import ApiError, forbidden, invalid, raise_all
from exchanger.sandbox.openproject.hrefs import linked_id
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import Principal, Project

STATUSES = ("on_track", "at_risk", "off_track", "not_started", "finished", "discontinued")

_CLASSIC = re.compile(r"(?!\d+\Z)[a-z0-9\-_]{1,100}")
_SEMANTIC = re.compile(r"[A-Z][A-Z0-9_]{0,9}")
_RESERVED = frozenset({"new", "menu", "queries", "filters", "identifier_update_dialog", "identifier_suggestion"})
_LONGEST_NAME = 255


def draft(instance: Instance, user: Principal, body: Mapping[str, Any]) -> tuple[Project, list[ApiError]]:
    """Новый проект по телу запроса и всё, что в нём не так; в хранилище не попадает."""
    made = Project(
        0,
        str(body.get("identifier") or "") or _suggested(instance, str(body.get("name") or "")),
        str(body.get("name") or ""),
        tuple(instance.types),
        public=body.get("public") is True,
        description=_raw(body.get("description")),
        explanation=_raw(body.get("statusExplanation")),
    )
    errors = [*_links(instance, user, made, body), *_custom(instance, made, body), *_check(instance, made)]
    return made, errors


def create(instance: Instance, user: Principal, body: Mapping[str, Any]) -> Project:
    """Создать проект; создавший становится его участником."""
    if not user.admin:
        raise forbidden()
    made, errors = draft(instance, user, body)
    raise_all(errors)
    made.id = max(instance.projects, default=0) + 1
    made.members.add(user.id)
    instance.projects[made.id] = made
    return made


def rename(one: Project, identifier: str) -> None:
    """Сменить идентификатор: прежний ведёт туда же и другим не достанется."""
    one.former.add(one.identifier.casefold())
    one.identifier = identifier


def seeing_everybody(instance: Instance, one: Project) -> Project:
    """В полях проекта выбирают любого, кого видно, а не только участника."""
    return replace(one, members=set(instance.principals))


def _links(instance: Instance, user: Principal, one: Project, body: Mapping[str, Any]) -> Iterator[ApiError]:
    links = body.get("_links") or {}
    try:
        if "parent" in links and (name := linked_id(links["parent"], "parent", "projects", "workspaces")):
            one.parent = instance.project(user, name).id
    except ApiError as error:
        yield error if error.attribute else invalid("parent", "Subproject of is invalid.")
    try:
        if "status" in links:
            one.status = linked_id(links["status"], "status", "project_statuses")
    except ApiError as error:
        yield error
    if one.status is not None and one.status not in STATUSES:
        one.status = None
        yield invalid("status", "Status is not set to one of the allowed values.")


def _custom(instance: Instance, one: Project, body: Mapping[str, Any]) -> Iterator[ApiError]:
    for field in instance.project_fields.values():
        try:
            one.custom[field.id] = read_custom(instance, seeing_everybody(instance, one), field, body)
        except KeyError:
            continue
        except ApiError as error:
            yield error


def _check(instance: Instance, one: Project) -> Iterator[ApiError]:
    if not one.name.strip():
        yield invalid("name", "Name can't be blank.")
    if len(one.name) > _LONGEST_NAME:
        yield invalid("name", "Name is too long (maximum is 255 characters).")
    shape = _SEMANTIC if instance.config.semantic_identifiers else _CLASSIC
    if one.name.strip() and (not shape.fullmatch(one.identifier) or one.identifier in _RESERVED):
        yield invalid("identifier", "Identifier is invalid.")
    elif one.identifier.casefold() in _taken(instance):
        yield invalid("identifier", "Identifier has already been taken.")
    for field in instance.project_fields.values():
        refused = missing(field, one.custom.get(field.id))
        if refused is not None:
            yield refused


def _suggested(instance: Instance, name: str) -> str:
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "project"
    taken = _taken(instance)
    return stem if stem not in taken else f"{stem}-{len(taken)}"


def _taken(instance: Instance) -> set[str]:
    return {name for one in instance.projects.values() for name in (one.identifier.casefold(), *one.former)}


def _raw(value: object) -> str:
    return str(value.get("raw") or "") if isinstance(value, dict) else ""
