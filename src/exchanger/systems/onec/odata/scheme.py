"""Чем база отвечает на наш ключ: принимает ли `Ref_Key`, ищется ли по реквизиту. Узнаётся до первого создания."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from uuid import uuid4

from exchanger.connect import Intent
from exchanger.domain.errors import SystemPaused
from exchanger.systems.onec.faults import Fault, Meaning, query_error, said_of
from exchanger.systems.onec.foreign import as_rows, as_text
from exchanger.systems.onec.odata.answers import FIELD_CODES
from exchanger.systems.onec.odata.api import ODataApi
from exchanger.systems.onec.odata.quoting import any_of, guid, path_of, text
from exchanger.systems.onec.refs import ref_of
from exchanger.systems.onec.settings import KeyScheme
from exchanger.telemetry.log import log

_CREATED = "Ref_Key"
_ONE = {"$select": _CREATED, "$top": "1"}
_PROBE = "Проверка Exchanger: можно удалить"


class Proof(Enum):
    """Что известно о наборе."""

    PROVED = auto()
    REFUTED = auto()
    UNPROVED = auto()


class Schemes:
    """Проверка выбранной схемы ключа по наборам. `REFUTED` — система на паузе: иначе объекты задвоились бы."""

    def __init__(self, api: ODataApi, scheme: KeyScheme, field: str, now: Callable[[], str]) -> None:
        self.scheme = scheme
        self.field = field
        self._api = api
        self._now = now
        self._known: dict[str, Proof] = {}
        self._lock = asyncio.Lock()

    async def proof(self, entity: str) -> Proof:
        """Что известно о схеме на этом наборе; неизвестное узнаётся сейчас."""
        async with self._lock:
            known = self._known.get(entity, Proof.UNPROVED)
            if known is not Proof.PROVED:  # whoever administers the base may mend it at any moment
                known = self._known[entity] = await self._ask(entity)
            return known

    async def require(self, entity: str) -> Proof:
        """Схема не опровергнута; иначе `SystemPaused` с лекарством."""
        known = await self.proof(entity)
        if known is Proof.REFUTED:
            raise SystemPaused(f"1С, {entity}: {self._refuted}", remedy=self._remedy)
        return known

    def created(self, entity: str, *, honoured: bool) -> None:
        """Создан объект: база вернула нашу ссылку или дала свою."""
        if self.scheme is KeyScheme.REF:
            self._known[entity] = Proof.PROVED if honoured else Proof.REFUTED

    def ignored(self, entity: str) -> None:
        """Поиск отдал чужое: прежнему доказательству больше не верят."""
        self._known.pop(entity, None)

    async def _ask(self, entity: str) -> Proof:
        if self.scheme is KeyScheme.NONE:
            return Proof.UNPROVED
        return await (self._searchable(entity) if self.scheme is KeyScheme.MARKER else self._honoured(entity))

    async def _searchable(self, entity: str) -> Proof:
        """По случайному ключу не найдено ничего: поле есть и фильтр действует."""
        return await self._filtered(entity, self.field, text(f"exch-selftest-{uuid4()}"))

    async def _filtered(self, entity: str, field: str, value: str) -> Proof:
        asked = {"$filter": any_of(field, [value]), "$select": _CREATED, "$top": "1"}
        answer = await self._api.ask("GET", path_of(entity), intent=Intent.READ, query=asked)
        if not isinstance(answer, Fault):
            return Proof.PROVED if as_rows(answer.get("value")) == [] else Proof.REFUTED
        if answer.meaning is Meaning.REFUSED or answer.code in FIELD_CODES:
            return Proof.REFUTED  # no such field, or a text of unlimited length, which 1C cannot compare
        raise query_error(answer, f"GET {entity}")

    async def _honoured(self, entity: str) -> Proof:
        """Создание с уже занятой ссылкой: кто её принимает, тот отказывает (код 15) и ничего не пишет.

        Не принимающая база создаёт пробный объект, помеченный на удаление: он сразу удаляется. В пустом наборе он
        создаётся в любом случае, под ссылкой, по которой его найдёт следующая проба, если ответ этой пропал.
        """
        if await self._filtered(entity, _CREATED, guid(str(uuid4()))) is Proof.REFUTED:
            return Proof.REFUTED
        own = ref_of(f"exch-selftest:{entity}")
        if await self._api.rows(path_of(entity), {"$filter": any_of(_CREATED, [guid(own)]), **_ONE}):
            await self._remove(entity, own)
            return Proof.PROVED
        rows = await self._api.rows(path_of(entity), _ONE)
        return await self._tried(entity, as_text(rows[0].get(_CREATED)) if rows else own)

    async def _tried(self, entity: str, sent: str) -> Proof:
        dated = {} if entity.startswith("Catalog_") else {"Date": self._now()}
        body = {_CREATED: sent, "DeletionMark": True, "Description": _PROBE, "Комментарий": _PROBE, **dated}
        answer = await self._api.ask("POST", path_of(entity), intent=Intent.IDEMPOTENT, body=body)
        if isinstance(answer, Fault):
            if answer.meaning is Meaning.EXISTS:
                return Proof.PROVED
            if answer.meaning is Meaning.FOREIGN:
                raise query_error(answer, f"POST {entity}")
            log.warning("1С не дала проверить Ref_Key", entity=entity, reason=said_of(answer, "POST"))
            return Proof.UNPROVED
        given = as_text(answer.get(_CREATED))
        await self._remove(entity, given)
        return Proof.PROVED if given == sent else Proof.REFUTED

    async def _remove(self, entity: str, ref: str) -> None:
        await self._api.call("DELETE", path_of(entity, ref), intent=Intent.IDEMPOTENT)

    @property
    def _refuted(self) -> str:
        if self.scheme is KeyScheme.MARKER:
            return f"по реквизиту «{self.field}» нельзя искать: его нет, он без предела длины или фильтр не действует."
        return "база не принимает Ref_Key, присланный при создании, или не ищет по нему."

    @property
    def _remedy(self) -> str:
        if self.scheme is KeyScheme.MARKER:
            return "добавьте строковый реквизит (150 знаков) и назовите его в ONEC_KEY_FIELD; пока ничего не создаётся."
        return "задайте ONEC_KEY=marker и ONEC_KEY_FIELD либо ONEC_PROFILE=service; до того ничего не создаётся."
