"""Конец задачи, которой процесс больше не ждёт: прочитать, закрыть; при 409 — прочитать и решить заново."""

from __future__ import annotations

from exchanger.connect import Ending, Intent, Notice
from exchanger.domain.errors import Retry
from exchanger.domain.task import ObjectRef
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.catalogue import Catalogue, StatusInfo
from exchanger.systems.openproject.comments import Comments
from exchanger.systems.openproject.errors import CONFLICT, to_error
from exchanger.systems.openproject.foreign import Row, link_id, links

_TRIES = 5
_FORBIDDEN = frozenset({403, 422})
_GONE = 404


class Endings:
    """Закрытие задач. Удалять пакеты Exchanger не умеет: право на это в OpenProject отдельное и обычно не дано."""

    def __init__(self, api: OpenProjectApi, catalogue: Catalogue, comments: Comments, refused: frozenset[str]) -> None:
        self._api = api
        self._catalogue = catalogue
        self._comments = comments
        self._refused = refused

    async def end(self, ref: ObjectRef, how: Ending) -> bool:
        """Закрыть, сказав почему; False — удаление, нет прав, такого перехода или закрывающего состояния."""
        if how is not Ending.CLOSE:
            return False
        path = f"/work_packages/{ref.id}"
        for _ in range(_TRIES):
            row = await self._api.ask("GET", path, intent=Intent.READ)
            answer = row if isinstance(row, Fault) else await self._close(path, row)
            if answer is None:
                return False
            if not isinstance(answer, Fault):
                await self._comments.tell(ref, Notice.CANCELLED)
                return True
            if answer.status == _GONE or answer.status in _FORBIDDEN:
                return answer.status == _GONE
            if answer.status != CONFLICT:
                raise to_error(answer, f"PATCH {path}", Intent.IDEMPOTENT)
        raise Retry(f"OpenProject, PATCH {path}: задачу всё время меняет кто-то ещё.")

    async def _close(self, path: str, row: Row) -> Row | Fault | None:
        statuses = await self._catalogue.statuses()
        current = statuses.get(link_id(links(row).get("status")))
        if current is not None and current.closed:
            return row
        wanted = next((each for each in statuses.values() if self._closes(each)), None)
        if wanted is None:
            return None
        body = {
            "lockVersion": row.get("lockVersion"),
            "_links": {"status": {"href": self._api.site.href("statuses", wanted.id)}},
        }
        return await self._api.ask("PATCH", path, intent=Intent.IDEMPOTENT, body=body)

    def _closes(self, status: StatusInfo) -> bool:
        return status.closed and not self._refused & {status.id, status.name.casefold()}
