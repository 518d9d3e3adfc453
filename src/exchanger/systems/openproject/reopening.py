"""Возврат задачи в работу: прочитать, решить, изменить; при 409 — прочитать и решить заново."""

from __future__ import annotations

from exchanger.connect import Intent
from exchanger.domain.errors import Retry
from exchanger.domain.task import ObjectRef
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.catalogue import Catalogue, StatusInfo
from exchanger.systems.openproject.comments import Comments
from exchanger.systems.openproject.errors import CONFLICT, to_error
from exchanger.systems.openproject.foreign import Row, link_id, links

_TRIES = 5
_IMPOSSIBLE = frozenset({403, 404, 422})


class Reopening:
    """Возврат отклонённых задач."""

    def __init__(self, api: OpenProjectApi, catalogue: Catalogue, comments: Comments, refused: frozenset[str]) -> None:
        self._api = api
        self._catalogue = catalogue
        self._comments = comments
        self._refused = refused

    async def reopen(self, ref: ObjectRef, why: str) -> bool:
        """Вернуть в начальное открытое состояние и объяснить; False — нет её, прав или такого перехода."""
        path = f"/work_packages/{ref.id}"
        for _ in range(_TRIES):
            row = await self._api.ask("GET", path, intent=Intent.READ)
            answer = row if isinstance(row, Fault) else await self._open(path, row)
            if not isinstance(answer, Fault):
                await self._comments.say(ref, why)
                return True
            if answer.status in _IMPOSSIBLE:
                return False
            if answer.status != CONFLICT:
                raise to_error(answer, f"PATCH {path}", Intent.IDEMPOTENT)
        raise Retry(f"OpenProject, PATCH {path}: задачу всё время меняет кто-то ещё.")

    async def _open(self, path: str, row: Row) -> Row | Fault:
        statuses = await self._catalogue.statuses()
        current = statuses.get(link_id(links(row).get("status")))
        if current is not None and self._is_open(current):
            return row  # a person was faster
        wanted = next((each for each in statuses.values() if each.default and self._is_open(each)), None)
        wanted = wanted or next(each for each in statuses.values() if self._is_open(each))
        body = {
            "lockVersion": row.get("lockVersion"),
            "_links": {"status": {"href": self._api.site.href("statuses", wanted.id)}},
        }
        return await self._api.ask("PATCH", path, intent=Intent.IDEMPOTENT, body=body)

    def _is_open(self, status: StatusInfo) -> bool:
        return not status.closed and not self._refused & {status.id, status.name.casefold()}
