"""Наши задачи на портале: по ключам, по номерам, изменившиеся. Фильтру не верят: каждая строка сверяется."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import datetime

from exchanger.connect import Cursor
from exchanger.domain.errors import SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, Snapshot
from exchanger.systems.bitrix24.foreign import Row, as_text
from exchanger.systems.bitrix24.key_filter import RAW_ID, XML_ID
from exchanger.systems.bitrix24.look import Look
from exchanger.systems.bitrix24.moments import show
from exchanger.systems.bitrix24.search import PAGE, TaskLists
from exchanger.systems.bitrix24.snapshots import Reading, key_of, raw_id_of

ID = "ID"

_GENERATIONS = 3
_UNFINISHED = [1, 2, 3, 4, 6]
"""Состояния, в которых задачу ещё могут делать; какое из них «сделано», решает настройка — и снимок."""


class FilterIgnored(SystemPaused):
    """Портал пропустил фильтр: отсутствие задачи больше ничего не доказывает."""


class Finder:
    """Поиск задач при известных возможностях портала."""

    def __init__(self, lists: TaskLists, reading: Reading, search: frozenset[str]) -> None:
        self._lists = lists
        self._reading = reading
        self._search = search

    async def by_keys(self, keys: Sequence[Key]) -> tuple[list[Snapshot], set[str]]:
        """Все задачи этих ключей любых поколений и поля, по которым они нашлись."""
        wanted: dict[Key, int] = {}  # the first generation of each key: the latest one asked for
        for key in keys:
            wanted[key.first] = max(wanted.get(key.first, 1), key.generation)
        asked = list(self._key_filters(wanted))
        found: dict[str, Snapshot] = {}
        proved: set[str] = set()
        pages = await self._lists.all([{name: values} for name, values in asked])
        for (name, values), rows in zip(asked, pages, strict=True):
            _refuse_strangers(name, values, rows)
            for row in rows:
                ours = self._match(name, row, wanted)
                if ours is not None:
                    snapshot = self._reading.snapshot(row, ours)
                    found.setdefault(snapshot.ref.id, snapshot)
                    proved.add(name)
        return list(found.values()), proved

    async def by_refs(self, refs: Sequence[ObjectRef]) -> list[Snapshot]:
        """Задачи с этими номерами; которых нет в ответе — не видны."""
        ids = list(dict.fromkeys(ref.id for ref in refs))
        rows = await self._lists.by_ids(ids)
        _refuse_strangers(ID, ids, rows)
        return [self._reading.snapshot(row) for row in rows]

    async def changed(self, since: Cursor, now: datetime) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Наши задачи, изменившиеся с этого места; место сдвигается только с последней страницей цикла.

        По началу XML_ID портал не фильтрует, поэтому наши отбираются здесь. `now` — часы портала перед первым
        запросом; повторы отсеивает вызвавший.
        """
        look = Look.at(now, since, self._reading.grace)
        async for rows in self._lists.pages({">=CHANGED_DATE": show(look.start)}):
            ours = [self._reading.snapshot(row) for row in rows if key_of(row) is not None or raw_id_of(row)]
            yield ours, (look.again if len(rows) >= PAGE else look.next)

    async def opened(self, after: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Открытые задачи с ключом после этого номера. Пропущенный фильтр стоит лишь лишних страниц."""
        filled = XML_ID if XML_ID in self._search else RAW_ID
        wanted = {f"!{filled}": "", "REAL_STATUS": _UNFINISHED}
        async for rows in self._lists.pages(wanted, after=int(after.position or 0)):
            if rows:
                ours = [self._reading.snapshot(row) for row in rows if key_of(row) is not None]
                yield ours, Cursor(as_text(rows[-1].get("id")))

    def _key_filters(self, latest: Mapping[Key, int]) -> Iterator[tuple[str, list[str]]]:
        if XML_ID in self._search:
            for chunk in _chunks([text for key, last in latest.items() for text in _generations(key, last)]):
                yield XML_ID, chunk
        if RAW_ID in self._search:
            for chunk in _chunks([key.task_id for key in latest]):
                yield RAW_ID, chunk

    def _match(self, name: str, row: Row, wanted: Mapping[Key, int]) -> Key | None:
        """Ключ строки, если она наша: точное равенство; по номеру Camunda — только без чужого ключа."""
        key = key_of(row)
        if key is not None:
            return key if key.first in wanted else None
        if name != RAW_ID:
            return None
        raw = raw_id_of(row)
        return next((first for first in wanted if first.task_id == raw), None)


def _generations(key: Key, asked: int) -> Iterator[str]:
    for _ in range(max(_GENERATIONS, asked + 1)):
        yield str(key)
        key = key.next()


def _refuse_strangers(name: str, values: Sequence[str], rows: Sequence[Row]) -> None:
    """Строка, которой не искали, значит: фильтр пропущен. MySQL портала не различает регистр — это ещё не чужая."""
    known = {value.casefold() for value in values}
    read = _READERS[name]
    if any(read(row).strip().casefold() not in known for row in rows):
        raise FilterIgnored(
            f"Битрикс24: портал пропустил фильтр по {name} и отдал чужие задачи.",
            remedy="создание остановлено, чтобы не задвоить задачи; самопроверка повторится сама (exchanger doctor).",
        )


_READERS: Mapping[str, Callable[[Row], str]] = {
    XML_ID: lambda row: as_text(row.get("xmlId")),
    RAW_ID: raw_id_of,
    ID: lambda row: as_text(row.get("id")),
}


def _chunks(values: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), PAGE):
        yield list(values[start : start + PAGE])
