"""Второстепенное у готовой задачи: связи, наблюдатели, первый комментарий. Читается, пишется только недостающее."""

from __future__ import annotations

import json

from exchanger.connect import Intent
from exchanger.domain.errors import Retry
from exchanger.domain.task import Snapshot
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi, Query
from exchanger.systems.openproject.catalogue import Catalogue
from exchanger.systems.openproject.comments import Comments
from exchanger.systems.openproject.errors import INVALID, to_error
from exchanger.systems.openproject.foreign import Row, as_text, elements, link_id, links
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.systems.openproject.people import People

_ALL = 1000

# Kept by OpenProject from the other end (`reverse_if_needed`): what is sent and what is read differ.
_SWAPPED = {
    "precedes": "follows",
    "duplicated": "duplicates",
    "blocked": "blocks",
    "partof": "includes",
    "required": "requires",
}


class Touches:
    """Доделывание."""

    def __init__(self, api: OpenProjectApi, catalogue: Catalogue, people: People, comments: Comments) -> None:
        self._api = api
        self._catalogue = catalogue
        self._people = people
        self._comments = comments

    async def finish(self, found: Snapshot, params: CreateTaskParams) -> None:
        """Дописать недостающее; повтор безвреден."""
        if params.relations:
            await self._relate(found.ref.id, params)
        if params.watchers:
            await self._watch(found, params)
        if params.comment:
            mark = f"[ref:{found.key or found.ref.id}]"
            await self._comments.once(found.ref, params.comment, mark, notify=params.notify)

    async def _relate(self, number: str, params: CreateTaskParams) -> None:
        known = await self._relations(number)
        for kind, other, lag in params.relations:
            wanted = (str(other), number) if kind in _SWAPPED else (number, str(other))
            if wanted not in known:
                await self._add_relation(number, kind, other, lag)
                known.add(wanted)

    async def _add_relation(self, number: str, kind: str, other: int, lag: int) -> None:
        path = f"/work_packages/{number}/relations"
        to = {"href": self._api.site.href("work_packages", str(other))}
        body = {"type": kind, "lag": lag, "_links": {"to": to}}
        answer = await self._api.ask("POST", path, intent=Intent.IDEMPOTENT, body=body)
        if not isinstance(answer, Fault):
            return
        if answer.status == INVALID and "to" in answer.attributes and await self._related(number, kind, other):
            return  # one relation of an ordered pair: somebody was there first, most likely we ourselves
        raise to_error(answer, f"POST {path}", Intent.IDEMPOTENT)

    async def _related(self, number: str, kind: str, other: int) -> bool:
        wanted = (str(other), number) if kind in _SWAPPED else (number, str(other))
        return wanted in await self._relations(number)

    async def _relations(self, number: str) -> set[tuple[str, str]]:
        # The list beside the work package is answered 308 by newer versions.
        return {_ends(row) for row in await self._rows("/relations", involving(number))}

    async def _watch(self, found: Snapshot, params: CreateTaskParams) -> None:
        project = await self._catalogue.project(as_text(found.details.get("project")))
        path = f"/work_packages/{found.ref.id}/watchers"
        known = {link_id(links(row).get("self")) for row in await self._rows(path)}
        for who in params.watchers:
            href = await self._people.href(who, "наблюдатель", project)
            if href.rpartition("/")[2] not in known:
                await self._api.call("POST", path, intent=Intent.IDEMPOTENT, body={"user": {"href": href}})

    async def _rows(self, path: str, query: Query | None = None) -> list[Row]:
        rows = elements(await self._api.call("GET", path, intent=Intent.READ, query=query))
        if rows is None:
            raise Retry(f"OpenProject, GET {path}: в ответе нет списка.")
        return rows


def involving(number: str) -> dict[str, object]:
    """Строка запроса списка связей: пакет с любой стороны."""
    filters = [{"involved": {"operator": "=", "values": [number]}}]
    return {"filters": json.dumps(filters), "pageSize": _ALL}


def _ends(row: Row) -> tuple[str, str]:
    return link_id(links(row).get("from")), link_id(links(row).get("to"))
