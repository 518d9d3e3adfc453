"""Список пакетов: фильтр, порядок, страница. Страница считается с единицы, лишний размер молча урезается."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from exchanger.sandbox.openproject import render
from exchanger.sandbox.openproject.errors import invalid_query
from exchanger.sandbox.openproject.filters import Asked, parse
from exchanger.sandbox.openproject.instance import Config, Instance
from exchanger.sandbox.openproject.model import Principal, Project, WorkPackage
from exchanger.sandbox.openproject.render import Body

_SORTS: dict[str, Callable[[WorkPackage], object]] = {
    "id": lambda one: one.id,
    "updatedAt": lambda one: one.updated,
    "createdAt": lambda one: one.created,
    "subject": lambda one: one.subject,
}


def listed(instance: Instance, user: Principal, project: Project | None, query: Mapping[str, str]) -> Body:
    """Страница видимых пакетов."""
    subset = query.get("valid_subset", "").lower() == "true"
    tests = parse(Asked(instance, user, project, subset), query.get("filters"))
    now = instance.clock()
    found = [
        one
        for one in instance.work_packages.values()
        if one.searchable_from <= now
        and instance.sees(user, one)
        and (project is None or one.project == project.id)
        and all(test(one) for test in tests)
    ]
    for name, way in reversed(_order(query.get("sortBy"))):
        found.sort(key=_SORTS[name], reverse=way == "desc")  # type: ignore[arg-type]  # each key orders its own kind
    size, number = page_size(instance.config, query.get("pageSize")), max(int(query.get("offset", "1")), 1)
    return render.page(instance, found[(number - 1) * size : number * size], len(found), size, number)


def page_size(config: Config, asked: str | None) -> int:
    """Размер страницы: -1 — наибольший."""
    size = int(asked) if asked is not None else config.page_size
    return config.max_page_size if size < 0 else min(size, config.max_page_size)


def _order(raw: str | None) -> list[tuple[str, str]]:
    order = [(str(name), str(way)) for name, way in json.loads(raw)] if raw else [("id", "asc")]
    if any(name not in _SORTS for name, _ in order):
        raise invalid_query("Sort by is not set to one of the allowed values.")
    return order
