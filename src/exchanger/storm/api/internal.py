"""Внутренний API: `/api/v1`, токен человека (Bearer). Не документирован; только он отдаёт ответственных."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from exchanger.domain.errors import Reject
from exchanger.ports import Clock
from exchanger.storm.api.budget import RequestBudget
from exchanger.storm.api.model import Assignees, Diagram, DiagramCard
from exchanger.storm.api.options import StormOptions
from exchanger.storm.api.paging import Page, walk
from exchanger.storm.api.reading import card, diagram, edges, number, objects
from exchanger.storm.api.transport import StormHttp, checked_id, record_of

_LIST = "список диаграмм"


class InternalStorm:
    """Порт `StormSource` на внутреннем API."""

    def __init__(self, options: StormOptions, budget: RequestBudget, clock: Clock) -> None:
        self._zone = options.zone
        self._listing = options.listing
        self._http = StormHttp(
            options,
            budget,
            clock,
            prefix=f"/api/{options.api_version}",
            headers={"Authorization": f"Bearer {options.bearer_token}"},
            credential="STORMBPMN_BEARER_TOKEN",
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def diagrams(self) -> list[DiagramCard]:
        """Весь список, видимый владельцу токена, по STORMBPMN_DEFAULT_VIEW."""
        return await walk(self._page)

    async def diagram(self, diagram_id: str) -> Diagram:
        """Диаграмма с телом."""
        what = f"диаграмма {checked_id(diagram_id)}"
        content = record_of(await self._http.get(f"/diagram/{diagram_id}", {}, what), what)
        return diagram(record_of(content.get("diagram"), what), diagram_id, self._zone)

    async def assignees(self, diagram_id: str) -> Assignees:
        """Ответственные; пустой список — никто не назначен."""
        what = f"ответственные диаграммы {checked_id(diagram_id)}"
        content = await self._http.get(f"/assignee/assigneeedges/{diagram_id}", {}, what)
        if not isinstance(content, list):  # nobody assigned must not be taken for an answer of another shape
            raise Reject(
                f"StormBPMN прислал не список, {what}.",
                remedy="обновите Exchanger: формат ответа StormBPMN изменился.",
            )
        return tuple(edges(objects(content)))

    async def _page(self, page: int) -> Page:
        query = {
            "quality": "0,ge",
            "sharedByUser": "false",
            "sharedWithUser": "false",
            "view": self._listing.view,
            "size": str(self._listing.page_size),
            "page": str(page),
            "sort": self._listing.sort,
        }
        content = record_of(await self._http.get("/diagram/filter", query, _LIST), _LIST)
        records = objects(content.get("content"))
        cards = tuple(found for found in (card(each, self._zone) for each in records) if found is not None)
        size = number(content.get("size")) or self._listing.page_size
        return Page(cards, len(records), size, number(content.get("totalElements")))
