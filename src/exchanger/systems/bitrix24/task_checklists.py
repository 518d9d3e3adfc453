"""Чек-листы готовой задачи портала: их берут по ссылке из диаграммы."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from exchanger.connect import Intent, Limiter
from exchanger.domain.errors import Reject
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.content.checklist import CheckItem, FlatItem, grow
from exchanger.systems.bitrix24.foreign import Row, as_flag, as_int, as_rows, as_text
from exchanger.systems.bitrix24.portal import limits, open_portal
from exchanger.systems.bitrix24.settings import BitrixOptions

_LIST = "task.checklistitem.getlist"


class TaskChecklists:
    """Чтение чек-листов; `link_base` — адрес портала, который видят люди, если он другой."""

    def __init__(self, api: BitrixApi, link_base: str | None = None) -> None:
        self._api = api
        self._link_base = link_base

    def owns(self, url: str) -> bool:
        """Ссылка ли это на наш портал."""
        return urlsplit(url).hostname in {urlsplit(each).hostname for each in (self._api.origin, self._link_base or "")}

    async def of_task(self, task_id: int) -> tuple[CheckItem, ...]:
        """Чек-листы задачи (корни) в порядке портала; `Reject` — задачи нет, не видна или чек-листов в ней нет."""
        answer = await self._api.call(_LIST, {"TASKID": task_id}, intent=Intent.READ)
        rows = sorted(as_rows(answer.result), key=lambda row: (as_int(row.get("SORT_INDEX")) or 0, _number(row, "ID")))
        found = tuple(root for root in grow([_flat(row) for row in rows]) if root.children)
        if not found:
            raise Reject(
                f"Битрикс24: в задаче {task_id} нет чек-листов с пунктами.",
                remedy="исправьте ссылку в описании элемента или заполните чек-лист задачи.",
            )
        return found


@asynccontextmanager
async def open_task_checklists(options: BitrixOptions, clock: Clock) -> AsyncIterator[TaskChecklists]:
    """Открыть чтение; к порталу не обращается."""
    async with open_portal(options, Limiter(limits(options)), clock) as portal:
        yield TaskChecklists(portal.api, options.link_base)


def _number(row: Row, name: str) -> int:
    return as_int(row.get(name)) or 0


def _flat(row: Row) -> FlatItem:
    item = CheckItem(as_text(row.get("TITLE")).strip(), complete=as_flag(row.get("IS_COMPLETE")))
    return FlatItem(_number(row, "ID"), _number(row, "PARENT_ID"), item)
