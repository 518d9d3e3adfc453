"""Портал, готовый к работе: клиент и всё, что о нём узнано. Это клиент системы для её операций."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from exchanger.connect import Http, HttpOptions, Limiter, Limits
from exchanger.ports import Clock
from exchanger.systems.bitrix24.answers import AnswerTexts
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.capabilities import Capabilities, Inspector
from exchanger.systems.bitrix24.content.gather import Shelf
from exchanger.systems.bitrix24.crm_search import CrmMaker
from exchanger.systems.bitrix24.finder import Finder
from exchanger.systems.bitrix24.finish.finisher import Finisher
from exchanger.systems.bitrix24.fresh import Fresh
from exchanger.systems.bitrix24.key_filter import KeyProof
from exchanger.systems.bitrix24.people import People
from exchanger.systems.bitrix24.reports import Reports
from exchanger.systems.bitrix24.search import TaskLists
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.bitrix24.snapshots import SYSTEM_NAME, Reading
from exchanger.systems.bitrix24.talk import Talk
from exchanger.systems.bitrix24.together import Together


@dataclass(frozen=True, slots=True)
class Portal:
    """Части клиента одного портала."""

    options: BitrixOptions
    api: BitrixApi
    inspector: Inspector
    proof: KeyProof
    people: People
    texts: AnswerTexts
    talk: Talk
    shelf: Shelf
    finisher: Finisher
    fresh: Fresh
    reports: Reports
    crm: CrmMaker

    def forget(self) -> None:
        """Забыть всё узнанное о портале: следующее обращение спросит заново."""
        self.inspector.forget()
        self.people.forget()
        self.texts.forget()
        self.shelf.clear()

    def reading(self, capabilities: Capabilities) -> Reading:
        """Как читать строки задач."""
        options = self.options
        base = (options.link_base or self.api.origin).rstrip("/")
        return Reading(base, capabilities.owner.id, options.done_statuses, self.api.time.now(), options.result_grace)

    def finder(self, capabilities: Capabilities) -> Finder:
        """Поиск задач."""
        return Finder(TaskLists(self.api, capabilities), self.reading(capabilities), capabilities.search)


def limits(options: BitrixOptions) -> Limits:
    """Ведро чуть меньше портального: его делят все программы с этого адреса."""
    return Limits(per_second=options.requests_per_second, burst=options.burst)


@asynccontextmanager
async def open_portal(options: BitrixOptions, limiter: Limiter, clock: Clock) -> AsyncIterator[Portal]:
    """Открыть клиента; к порталу не обращается."""
    http_options = HttpOptions(name="Битрикс24", timeout=options.timeout, tls=options.tls)
    async with Http(http_options, limiter) as http, AsyncExitStack() as stack:
        api = BitrixApi(options, http, clock)
        inspector = Inspector(api, clock)
        together = Together(api, clock)
        stack.push_async_callback(together.close)
        yield Portal(
            options=options,
            api=api,
            inspector=inspector,
            proof=KeyProof(api, clock),
            people=People(api, clock),
            texts=AnswerTexts(api, inspector, clock),
            talk=Talk(api),
            shelf=Shelf(clock),
            finisher=Finisher(api),
            fresh=Fresh(),
            reports=Reports(api, inspector, together, options.link_base),
            crm=CrmMaker(api, clock, options.quarantine),
        )


__all__ = ["SYSTEM_NAME", "Portal", "limits", "open_portal"]
