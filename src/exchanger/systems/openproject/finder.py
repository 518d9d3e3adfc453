"""Наши задачи: по ключам, по номерам, изменившиеся. Фильтру не верят: каждая строка сверяется."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from exchanger.connect import Cursor, Intent
from exchanger.domain.errors import SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, Snapshot
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.capabilities import Capabilities
from exchanger.systems.openproject.catalogue import Catalogue
from exchanger.systems.openproject.errors import NOT_FOUND, query_error
from exchanger.systems.openproject.foreign import Row, as_text
from exchanger.systems.openproject.listing import BY_CHANGE, EVERYWHERE, Filters, Listing, query
from exchanger.systems.openproject.settings import OpenProjectOptions
from exchanger.systems.openproject.snapshots import Reading, status_ids

OVERLAP = timedelta(minutes=3)
"""Время изменения пишется до фиксации: перекрытие длиннее самой долгой записи (openproject.md 1.8)."""
LOOK_BACK = timedelta(minutes=10)

_GENERATIONS = 3
_BEGINNING = "2000-01-01T00:00:00.000Z"
_PREFIX = "exch:"
_VALUES = 60  # keys of one request: its address must stay below what proxies let through (8 KB)
_IDS = 100
_BAD_QUERY = 400


class FilterIgnored(SystemPaused):
    """Фильтр не подействовал: отсутствие задачи больше ничего не доказывает."""


class Finder:
    """Поиск задач при известном поле ключа."""

    def __init__(
        self, api: OpenProjectApi, catalogue: Catalogue, options: OpenProjectOptions, capabilities: Capabilities
    ) -> None:
        self._api = api
        self._catalogue = catalogue
        self._options = options
        self._capabilities = capabilities
        self._listing = Listing(api, options.page_size)

    async def by_keys(self, keys: Sequence[Key]) -> list[Snapshot]:
        """Все задачи этих ключей любых поколений."""
        latest: dict[Key, int] = {}
        for key in keys:
            latest[key.first] = max(latest.get(key.first, 1), key.generation)
        values = [text for key, last in latest.items() for text in _generations(key, last)]
        rows: dict[str, Row] = {}
        for scope in self._capabilities.scopes:
            for chunk in _chunks(values, _VALUES):
                async for row in self._with_keys(scope, chunk):
                    rows[as_text(row.get("id"))] = row
        return await self.snapshots(list(rows.values()))

    async def _with_keys(self, scope: str, values: Sequence[str]) -> AsyncIterator[Row]:
        attribute = self._capabilities.attribute
        async for row in self._listing.all(scope, {attribute: ("=", values)}):
            if as_text(row.get(attribute)) not in values:
                raise FilterIgnored(
                    "OpenProject пропустил фильтр по полю ключа и отдал чужие задачи.",
                    remedy="создание остановлено, чтобы не задвоить задачи; проверьте посредников перед OpenProject.",
                )
            yield row

    async def by_refs(self, refs: Sequence[ObjectRef]) -> list[Snapshot]:
        """Задачи с этими номерами; отсутствие каждой доказано ответом 404 на её собственный адрес."""
        ids = sorted({ref.id for ref in refs}, key=lambda text: (len(text), text))
        rows: list[Row] = []
        for chunk in _chunks(ids, _IDS):
            listed = {as_text(row.get("id")): row for row in await self._by_ids(chunk)}
            for number in chunk:
                row = listed.get(number) or await self._single(number)
                if row is not None:
                    rows.append(row)
        return await self.snapshots(rows)

    async def _by_ids(self, ids: Sequence[str]) -> list[Row]:
        """Один невидимый номер — и отказ всему списку; тогда негодные номера просим отбросить."""
        filters: Filters = {"id": ("=", ids)}
        asked = query(filters, size=len(ids))
        for extra in ({}, {"valid_subset": "true"}):
            rows = await self._listing.ask(EVERYWHERE, asked | extra)
            if not isinstance(rows, Fault):
                return rows
            if rows.status != _BAD_QUERY:
                raise query_error(rows, f"GET {EVERYWHERE}")
        return []

    async def _single(self, number: str) -> Row | None:
        path = f"{EVERYWHERE}/{number}"
        answer = await self._api.ask("GET", path, intent=Intent.READ)
        if not isinstance(answer, Fault):
            return answer
        if answer.status == NOT_FOUND:  # of the API itself: the page of a proxy has been raised as a pause
            return None
        raise query_error(answer, f"GET {path}")

    async def changed(self, since: Cursor, now: datetime) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Наши задачи, изменившиеся с этого места; `now` — часы экземпляра перед первым запросом.

        Пока строки меняются, номера страниц сдвигаются, поэтому после полной страницы сдвигается само место;
        страница листается, только если всё на ней изменилось в один миг.
        """
        kept, sure = since.position or _show(now - LOOK_BACK), _show(now - OVERLAP)
        async for ours, reached in self._by_change({}, kept):
            yield ours, Cursor(max(kept, sure if reached is None else min(reached, sure)))

    async def opened(self, after: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Открытые наши задачи с этого места. Закрытая при обходе страниц не сдвигает: место — время изменения."""
        start = after.position or _BEGINNING
        filters: Filters = {"status": ("o", ())}
        if self._capabilities.everywhere:
            filters = {**filters, self._capabilities.attribute: ("~", [_PREFIX])}
        async for ours, reached in self._by_change(filters, start):
            yield ours, Cursor(reached or start)

    async def _by_change(self, filters: Filters, start: str) -> AsyncIterator[tuple[list[Snapshot], str | None]]:
        """Наши строки страницами и место, до которого дочитано; None — до конца."""
        page = 1
        seen: set[tuple[str, str, str]] = set()
        while True:
            wanted = {**filters, "updatedAt": ("<>d", [start, ""])}
            rows = await self._listing.page(
                EVERYWHERE, query(wanted, size=self._listing.size, page=page, order=BY_CHANGE)
            )
            fresh = [row for row in rows if _version(row) not in seen]  # the place moves to a row that has been read
            seen.update(map(_version, rows))
            ours = [found for found in await self.snapshots(fresh) if found.key is not None]
            if len(rows) < self._listing.size:
                yield ours, None
                return
            last = as_text(rows[-1].get("updatedAt"))
            start, page = (start, page + 1) if last <= start else (last, 1)
            yield ours, start

    async def snapshots(self, rows: Sequence[Row]) -> list[Snapshot]:
        """Снимки строк."""
        reading = await self.reading(status_ids(rows))
        return [reading.snapshot(row) for row in rows]

    async def reading(self, statuses: set[str]) -> Reading:
        """Как читать строки с этими состояниями."""
        known = await self._catalogue.statuses_with(statuses)
        base = (self._options.link_base or self._api.site.base).rstrip("/")
        return Reading(base, self._capabilities.attribute, known, self._options.refused_statuses)


def _version(row: Row) -> tuple[str, str, str]:
    return as_text(row.get("id")), as_text(row.get("updatedAt")), as_text(row.get("lockVersion"))


def _generations(key: Key, asked: int) -> Iterator[str]:
    for _ in range(max(_GENERATIONS, asked + 1)):
        yield str(key)
        key = key.next()


def _chunks(values: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(values), size):
        yield list(values[start : start + size])


def _show(moment: datetime) -> str:
    """Запись момента, как у самого OpenProject: миллисекунды, Z; такие записи сравнимы как строки."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
