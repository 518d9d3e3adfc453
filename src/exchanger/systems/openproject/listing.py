"""Списки рабочих пакетов: фильтр состояния всегда назван (без него закрытые исчезают), страницы — по возрастанию."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence

from exchanger.connect import Intent
from exchanger.domain.errors import Retry
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.errors import query_error
from exchanger.systems.openproject.foreign import Row, elements

EVERYWHERE = "/work_packages"

Filters = Mapping[str, tuple[str, Sequence[str]]]
"""Имя фильтра → оператор и значения."""

_BY_ID = (("id", "asc"),)
BY_CHANGE = (("updatedAt", "asc"), ("id", "asc"))


def scope_of(project_id: str) -> str:
    """Путь списка одного проекта."""
    return f"/projects/{project_id}/work_packages"


def query(
    filters: Filters, *, size: int, page: int = 1, order: Sequence[tuple[str, str]] = _BY_ID
) -> dict[str, object]:
    """Строка запроса списка; страница считается с единицы."""
    named = {"status": ("*", ()), **filters}
    listed = [{name: {"operator": operator, "values": list(values)}} for name, (operator, values) in named.items()]
    return {
        "filters": json.dumps(listed, ensure_ascii=False, separators=(",", ":")),
        "sortBy": json.dumps(order, separators=(",", ":")),
        "pageSize": size,
        "offset": page,
    }


class Listing:
    """Чтение списков."""

    def __init__(self, api: OpenProjectApi, size: int) -> None:
        self._api = api
        self.size = size

    async def ask(self, scope: str, asked: Mapping[str, object]) -> list[Row] | Fault:
        """Страница; отказ по существу вернуть."""
        answer = await self._api.ask("GET", scope, intent=Intent.READ, query=asked)
        if isinstance(answer, Fault):
            return answer
        rows = elements(answer)
        if rows is None:
            raise Retry(f"OpenProject, GET {scope}: в ответе нет списка.")  # no list proves nothing
        return rows

    async def page(self, scope: str, asked: Mapping[str, object]) -> list[Row]:
        """Страница; отказ — пауза: запрос наш, а не задачи."""
        rows = await self.ask(scope, asked)
        if isinstance(rows, Fault):
            raise query_error(rows, f"GET {scope}")
        return rows

    async def all(self, scope: str, filters: Filters) -> AsyncIterator[Row]:
        """Все строки по возрастанию номера."""
        number = 1
        while True:
            rows = await self.page(scope, query(filters, size=self.size, page=number))
            for row in rows:
                yield row
            if len(rows) < self.size:
                return
            number += 1
