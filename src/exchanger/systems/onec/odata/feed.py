"""Лента задач через OData. Времени изменения у 1С нет: видны новые и выполненные, прочее находит медленный обход."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from exchanger.ports import Clock
from exchanger.systems.onec.moments import local
from exchanger.systems.onec.odata.api import ODataApi
from exchanger.systems.onec.odata.marks import Marks
from exchanger.systems.onec.odata.quoting import moment, path_of
from exchanger.systems.onec.odata.selection import fields_of
from exchanger.systems.onec.settings import OnecOptions
from exchanger.systems.onec.store import Record

OVERLAP = timedelta(minutes=5)
"""Времена ставятся до записи, и часы базы не наши: перекрытие длиннее долгой записи и обычного ухода часов."""
LOOK_BACK = timedelta(minutes=10)


def asked_since(place: str, fields: Sequence[str], page: int) -> dict[str, str]:
    """Строка запроса ленты с этого места."""
    return {
        "$filter": f"Date ge {moment(place)} or ДатаИсполнения ge {moment(place)}",
        "$select": ",".join(fields),
        "$orderby": "Date,Number",
        "$top": str(page),
        "allowedOnly": "true",
    }


class Feed:
    """Чтение ленты. Место — время базы: записи сравнимы как строки."""

    def __init__(self, api: ODataApi, marks: Marks, options: OnecOptions, clock: Clock) -> None:
        self._api = api
        self._marks = marks
        self._options = options
        self._clock = clock

    async def changed(self, entity: str, since: str) -> AsyncIterator[tuple[list[Record], str]]:
        """Задачи, начатые или выполненные после этого места; место двигается только в конце чтения."""
        now = self._clock.now()
        kept = since or local(now - LOOK_BACK, self._options.zone)
        asked = asked_since(kept, fields_of(entity, self._marks), self._options.page)
        skip = 0
        while True:
            rows = await self._api.rows(path_of(entity), {**asked, "$skip": str(skip)})
            found = [Record(row, self._marks.key_of(entity, row)) for row in rows]
            skip += len(rows)
            last = len(rows) < self._options.page
            place = max(kept, local(now - OVERLAP, self._options.zone)) if last else kept
            yield [each for each in found if each.key], place
            if last:
                return
