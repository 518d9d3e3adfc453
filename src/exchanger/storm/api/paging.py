"""Обход списка до конца: порядок страниц под правками не закреплён, поэтому сверяется число и убираются повторы."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from exchanger.domain.errors import Reject
from exchanger.storm.api.model import DiagramCard
from exchanger.telemetry.log import log

MOST_PAGES = 500
_SWEEPS = 2


@dataclass(frozen=True, slots=True)
class Page:
    """Страница: карточки, сколько записей в ней было всего, и сколько их в списке (None — не сказано)."""

    cards: tuple[DiagramCard, ...]
    records: int
    size: int
    total: int | None


async def walk(page_of: Callable[[int], Awaitable[Page]]) -> list[DiagramCard]:
    """Все диаграммы по одному разу.

    Список, изменившийся во время обхода, мог сдвинуть запись на уже прочитанную страницу: если набралось меньше, чем
    сервер обещал, обход повторяется один раз. `Reject` — страниц больше 500.
    """
    found: dict[str, DiagramCard] = {}
    promised = 0
    for _ in range(_SWEEPS):
        promised = await _sweep(page_of, found)
        if len(found) >= promised:
            break
    else:
        log.warning("StormBPMN обещал больше диаграмм, чем отдал", promised=promised, received=len(found))
    return list(found.values())


async def _sweep(page_of: Callable[[int], Awaitable[Page]], found: dict[str, DiagramCard]) -> int:
    """One pass; answers how many diagrams with an id there should be."""
    seen: set[str] = set()
    records = nameless = 0
    for number in range(MOST_PAGES):
        page = await page_of(number)
        records += page.records
        nameless += page.records - len(page.cards)
        fresh = {card.id: card for card in page.cards if card.id not in seen}
        seen |= fresh.keys()
        found |= fresh
        if _is_last(page, records, fresh_ones=len(fresh)):
            return len(seen) if page.total is None else page.total - nameless
    raise Reject(
        f"Список StormBPMN не кончается: прочитано {MOST_PAGES} страниц.",
        remedy="увеличьте STORMBPMN_DEFAULT_PAGE_SIZE или перечислите нужное в SYNC_INCLUDE_ONLY_DIAGRAM_IDS.",
    )


def _is_last(page: Page, records: int, *, fresh_ones: int) -> bool:
    if page.records == 0 or (page.cards and not fresh_ones):  # the same page again: the number is not heeded
        return True
    return page.records < page.size if page.total is None else records >= page.total
