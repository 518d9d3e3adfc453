"""Открытый API: `/public-api/v1`, ключ команды в `X-Api-Key`. Ответственных не отдаёт (stormbpmn §3.1)."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from exchanger.ports import Clock
from exchanger.storm.api.budget import RequestBudget
from exchanger.storm.api.model import Assignees, Diagram, DiagramCard, NotAvailable
from exchanger.storm.api.options import StormOptions
from exchanger.storm.api.paging import Page, walk
from exchanger.storm.api.reading import card, diagram, number, objects
from exchanger.storm.api.transport import StormHttp, checked_id, record_of

_LIST = "список диаграмм"
_PAGE = 20  # documented; the server does not take another


class PublicStorm:
    """Порт `StormSource` на открытом API."""

    def __init__(self, options: StormOptions, budget: RequestBudget, clock: Clock) -> None:
        self._zone = options.zone
        self._http = StormHttp(
            options,
            budget,
            clock,
            prefix=f"/public-api/{options.api_version}",
            headers={"X-Api-Key": options.api_key},
            credential="STORMBPMN_API_KEY",
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def diagrams(self) -> list[DiagramCard]:
        """Весь список команды."""
        return await walk(self._page)

    async def diagram(self, diagram_id: str) -> Diagram:
        """Диаграмма с телом."""
        what = f"диаграмма {checked_id(diagram_id)}"
        content = await self._http.get("/get-diagram-by-id", {"diagramId": diagram_id}, what)
        return diagram(record_of(content, what), diagram_id, self._zone)

    async def assignees(self, diagram_id: str) -> Assignees:
        """Всегда `NotAvailable`; запроса не делает."""
        return NotAvailable(
            f"открытый API StormBPMN не отдаёт ответственных (диаграмма {checked_id(diagram_id)})",
            "задайте и STORMBPMN_BEARER_TOKEN: ответственных отдаёт внутренний API.",
        )

    async def _page(self, page: int) -> Page:
        content = record_of(await self._http.get("/get-diagram-list", {"page": str(page)}, _LIST), _LIST)
        records = objects(content.get("returnDiagrams"))
        cards = tuple(found for found in (card(each, self._zone) for each in records) if found is not None)
        return Page(cards, len(records), number(content.get("size")) or _PAGE, number(content.get("totalElements")))
