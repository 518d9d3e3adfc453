"""Тексты вариантов ответа (UF_RESULT_ANSWER): из списка портала, никогда не по догадке."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from exchanger.connect import Intent
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.capabilities import Inspector, enum_items
from exchanger.systems.bitrix24.custom_fields import RESULT_ANSWER
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.errors import query_error
from exchanger.systems.bitrix24.foreign import as_int, as_map

_FRESH = timedelta(minutes=10)
_RETRY = timedelta(seconds=30)


class AnswerTexts:
    """Номер варианта → текст. Незнакомый номер перечитывает список, но не чаще раза в полминуты."""

    def __init__(self, api: BitrixApi, inspector: Inspector, clock: Clock) -> None:
        self._api = api
        self._inspector = inspector
        self._clock = clock
        self._reading = asyncio.Lock()
        self._texts: Mapping[str, str] = {}
        self._read_at: float | None = None

    def forget(self) -> None:
        """Забыть список."""
        self._texts, self._read_at = {}, None

    async def text(self, value: str) -> str | None:
        """Текст ответа: сам текст как есть, номер — по списку портала; None — портал такого варианта не знает."""
        if as_int(value) is None:
            return value
        if value in self._texts and not self._older(_FRESH):
            return self._texts[value]
        async with self._reading:  # many tasks end at once: one of them reads, the rest see what it has read
            if self._older(_RETRY if value not in self._texts else _FRESH):
                await self._renew()
        return self._texts.get(value)

    async def all(self, *, fresh: bool = True) -> frozenset[str]:
        """Все тексты списка: `fresh` — прочитанные сейчас, иначе не раньше десяти минут назад."""
        async with self._reading:
            if fresh or self._older(_FRESH):
                await self._renew()
        return frozenset(self._texts.values())

    async def _renew(self) -> None:
        self._texts = await self._read()
        self._read_at = self._clock.monotonic()

    def _older(self, span: timedelta) -> bool:
        return self._read_at is None or self._clock.monotonic() - self._read_at >= span.total_seconds()

    async def _read(self) -> Mapping[str, str]:
        known = (await self._inspector.get()).fields.get(RESULT_ANSWER)
        if known is None:
            return {}
        answer = await self._api.ask("task.item.userfield.get", {"ID": known.id}, intent=Intent.READ)
        if isinstance(answer, PortalFault):
            self._inspector.forget()  # the field may have been removed
            raise query_error(answer, "task.item.userfield.get")  # a list that can't be read is not an empty list
        return enum_items(as_map(answer.result).get("LIST")) or known.items or {}
