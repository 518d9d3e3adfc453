"""Чек-листы по ссылкам: описания диаграммы называют задачи Bitrix24, их пункты берутся с портала."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

from exchanger.domain.errors import ConfigError, ExchangerError
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.storm.checklists import Checklist, TaskReference, references_of
from exchanger.storm.policy import Assignee
from exchanger.systems.bitrix24.content.checklist import CheckItem
from exchanger.systems.bitrix24.task_checklists import TaskChecklists, open_task_checklists
from exchanger.wiring import bitrix_options


@dataclass(frozen=True, slots=True)
class TaskLists:
    """Что нашлось по ссылкам и почему не нашлось остальное."""

    found: Mapping[TaskReference, Sequence[Checklist]] = field(default_factory=dict)
    refused: Mapping[TaskReference, str] = field(default_factory=dict)


class ListSource(Protocol):
    """Откуда берутся чек-листы задач."""

    async def take(self, assignees: Iterable[Assignee]) -> TaskLists:
        """Чек-листы всех задач, названных в описаниях; отказ по одной не мешает другим."""
        ...


@dataclass(frozen=True, slots=True)
class NoPortal:
    """Портала нет: ссылки остаются ссылками."""

    why: str

    async def take(self, assignees: Iterable[Assignee]) -> TaskLists:
        """Ничего, с причиной у каждой ссылки."""
        return TaskLists(refused=dict.fromkeys(references_of(each.description for each in assignees), self.why))


@dataclass(frozen=True, slots=True)
class PortalLists:
    """Чек-листы с портала; каждую задачу спрашивают один раз за жизнь источника."""

    portal: TaskChecklists
    _known: dict[TaskReference, Sequence[Checklist]] = field(default_factory=dict)

    async def take(self, assignees: Iterable[Assignee]) -> TaskLists:
        """Спросить портал обо всех ссылках."""
        refused: dict[TaskReference, str] = {}
        references = references_of(each.description for each in assignees)
        for reference in references:
            if reference in self._known:
                continue
            if not self.portal.owns(reference.url):
                refused[reference] = "ссылка не на портал из BITRIX_WEBHOOK_URL"
                continue
            try:
                roots = await self.portal.of_task(reference.task_id)
            except ExchangerError as error:
                refused[reference] = str(error)
            else:
                self._known[reference] = tuple(_flat(root) for root in roots)
        return TaskLists({each: self._known[each] for each in references if each in self._known}, refused)


@asynccontextmanager
async def open_lists(settings: Settings, clock: Clock) -> AsyncIterator[ListSource]:
    """Источник по настройкам; портал не настроен — источник, который так и скажет."""
    try:
        options = bitrix_options(settings.bitrix)
    except ConfigError as error:
        yield NoPortal(str(error))
        return
    async with open_task_checklists(options, clock) as portal:
        yield PortalLists(portal)


def _flat(root: CheckItem) -> Checklist:
    """A check list of a diagram has no levels: sub-items follow their item."""
    return Checklist(root.title, tuple(_titles(root.children)))


def _titles(items: Iterable[CheckItem]) -> Iterator[str]:
    for item in items:
        yield item.title
        yield from _titles(item.children)
