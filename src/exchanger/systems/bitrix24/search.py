"""Списки задач: по 50 номеров или ключей в списке, много списков одним пакетом, страницы по возрастанию номера."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from exchanger.connect import Intent
from exchanger.domain.errors import Retry
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import Command, read_batch
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault
from exchanger.systems.bitrix24.errors import query_error
from exchanger.systems.bitrix24.foreign import Row, as_int, as_map, as_rows
from exchanger.systems.bitrix24.snapshots import CUSTOM, SELECT

PAGE = 50
LIST = "tasks.task.list"

Filter = Mapping[str, object]


class TaskLists:
    """tasks.task.list этого портала."""

    def __init__(self, api: BitrixApi, capabilities: Capabilities) -> None:
        self._api = api
        self._select = [*SELECT, *(name for name in CUSTOM if capabilities.has(name))]

    async def by_ids(self, ids: Sequence[str]) -> list[Row]:
        """Задачи с этими номерами: 50 на список, 50 списков на запрос; больше строк, чем номеров, не бывает."""
        filters: list[Filter] = [{"ID": ids[start : start + PAGE]} for start in range(0, len(ids), PAGE)]
        return [row for answer in await self._first(filters) for row in _rows(answer)]

    async def all(self, filters: Sequence[Filter]) -> list[list[Row]]:
        """Все строки каждого фильтра: первые страницы одним запросом, продолжения — по одному."""
        found: list[list[Row]] = []
        for wanted, answer in zip(filters, await self._first(filters), strict=True):
            rows = _rows(answer)
            if len(rows) >= PAGE:
                rows += [row async for page in self.pages(wanted, after=_last(rows)) for row in page]
            found.append(rows)
        return found

    async def pages(self, wanted: Filter, *, after: int = 0) -> AsyncIterator[list[Row]]:
        """Страницы по возрастанию номера, начиная с номера больше `after`; последняя короче 50 (бывает пустой)."""
        while True:
            command = self._command({**wanted, ">ID": after} if after else wanted)
            rows = _rows(await self._api.ask(LIST, command.params, intent=Intent.READ))
            yield rows
            if len(rows) < PAGE:
                return
            after = _last(rows)

    async def _first(self, filters: Sequence[Filter]) -> Sequence[Envelope | PortalFault]:
        commands = [self._command(wanted) for wanted in filters]
        if len(commands) == 1:
            return [await self._api.ask(LIST, commands[0].params, intent=Intent.READ)]
        return await read_batch(self._api, commands)

    def _command(self, wanted: Filter) -> Command:
        params = {
            "filter": dict(wanted),
            "order": {"ID": "asc"},
            "select": self._select,
            "params": {"WITH_RESULT_INFO": "Y"},  # a finished task without results costs no request for them
            "start": -1,
        }
        return Command(LIST, params)


def _rows(answer: Envelope | PortalFault) -> list[Row]:
    if isinstance(answer, PortalFault):
        raise query_error(answer, LIST)
    result = as_map(answer.result)
    if "tasks" not in result:
        raise Retry(f"Битрикс24, {LIST}: в ответе нет списка задач.")  # no list proves nothing about the tasks
    return as_rows(result["tasks"])


def _last(rows: Sequence[Row]) -> int:
    last = as_int(rows[-1].get("id"))
    if last is None:
        raise Retry(f"Битрикс24, {LIST}: строка без номера.")
    return last
