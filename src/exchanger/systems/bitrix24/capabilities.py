"""Что умеет этот портал: владелец вебхука, поля задач, каким фильтрам можно верить. Узнаётся одним пакетом."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from exchanger.domain.errors import SystemPaused
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import Command, read_batch
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault
from exchanger.systems.bitrix24.errors import Verdict, lacks_rights, query_error, verdict
from exchanger.systems.bitrix24.foreign import as_flag, as_int, as_map, as_rows, as_text
from exchanger.systems.bitrix24.key_filter import RAW_ID, XML_ID, foreign_probe, respected

_FRESH = timedelta(minutes=30)

_UNSEARCHABLE = (
    f"создайте на портале у задач строковое поле {RAW_ID} (или дайте вебхуку права на поиск задач): без поиска "
    "по ключу задачи задвоились бы, поэтому они не создаются."
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Владелец вебхука: от его имени идут все вызовы; `time_zone` — «» у кого он не выбран."""

    id: int
    admin: bool
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class TaskField:
    """Пользовательское поле задач; `items` — варианты списка, None — портал их сразу не назвал."""

    id: int
    type: str
    items: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Возможности портала. `search` — поля, фильтру по которым можно верить; пусто — создавать нельзя.

    `methods` — методы, доступные вебхуку (в нижнем регистре), `scopes` — его права; None — портал этого не сказал.
    """

    owner: Owner
    fields: Mapping[str, TaskField] = field(default_factory=dict)
    search: frozenset[str] = frozenset()
    methods: frozenset[str] | None = None
    scopes: frozenset[str] | None = None

    def has(self, name: str) -> bool:
        """Поле есть на портале."""
        return name in self.fields

    def can(self, method: str) -> bool:
        """Метод есть и вебхуку доступен; портал, который не показал методов, считается обычным."""
        return self.methods is not None and method.lower() in self.methods

    def allows(self, scope: str) -> bool:
        """У вебхука есть право; если портал прав не показал — считается, что есть."""
        return self.scopes is None or scope in self.scopes

    @property
    def addon(self) -> bool:
        """На портале стоит модуль imena.camunda."""
        return self.can("imena.camunda.tasktemplate.get")

    @property
    def resolves(self) -> bool:
        """Модуль вычисляет участников шаблона по переменным процесса (с версии 2.5)."""
        return self.can("imena.camunda.resolvers.list")

    @property
    def key_field(self) -> str:
        """Главное поле поиска."""
        return XML_ID if XML_ID in self.search else RAW_ID


class Inspector:
    """Узнаёт возможности при первой нужде и потом раз в полчаса. Неудачи не запоминаются."""

    def __init__(self, api: BitrixApi, clock: Clock) -> None:
        self._api = api
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: Capabilities | None = None
        self._until = 0.0

    async def get(self) -> Capabilities:
        """Возможности портала."""
        async with self._lock:
            if self._known is None or self._clock.monotonic() >= self._until:
                self._known = await self._ask()
                self._until = self._clock.monotonic() + _FRESH.total_seconds()
            return self._known

    async def searchable(self) -> Capabilities:
        """Возможности портала, на котором задачи находятся по ключу; иначе `SystemPaused`."""
        capabilities = await self.get()
        if not capabilities.search:
            self.forget()  # the administrator may add the field at any moment
            raise SystemPaused("Битрикс24: портал не ищет задачи по ключу: фильтр пропускается.", remedy=_UNSEARCHABLE)
        return capabilities

    def forget(self) -> None:
        """Портал повёл себя не так, как узнано: спросить снова."""
        self._known = None

    async def _ask(self) -> Capabilities:
        commands = [
            Command("profile", {}),
            Command("task.item.userfield.getlist", {"ORDER": {"ID": "asc"}}),
            foreign_probe(XML_ID),
            foreign_probe(RAW_ID),
            Command("methods", {}),
            Command("scope", {}),
        ]
        profile, listed, by_key, by_raw_id, methods, scopes = await read_batch(self._api, commands)
        fields = _fields(_result(listed, "task.item.userfield.getlist"))
        search = {XML_ID} if respected(by_key) else set()
        if RAW_ID in fields and respected(by_raw_id):
            search.add(RAW_ID)
        owner = _owner(_result(profile, "profile"))
        return Capabilities(owner, fields, frozenset(search), _names(methods), _names(scopes))


def _names(answer: Envelope | PortalFault) -> frozenset[str] | None:
    """Список имён; None — портал его не показал (это видно в самопроверке)."""
    if isinstance(answer, PortalFault):
        if verdict(answer) is not Verdict.PERMANENT and not lacks_rights(answer):
            raise query_error(answer, "methods")
        return None
    return frozenset(str(name).lower() for name in answer.result) if isinstance(answer.result, list) else None


def _result(answer: Envelope | PortalFault, method: str) -> object:
    if isinstance(answer, PortalFault):
        raise query_error(answer, method)
    return answer.result


def _owner(raw: object) -> Owner:
    row = as_map(raw)
    number = as_int(row.get("ID"))
    if number is None:
        raise SystemPaused(
            "Битрикс24, profile: портал не назвал владельца вебхука.", remedy="проверьте BITRIX_WEBHOOK_URL."
        )
    return Owner(number, as_flag(row.get("ADMIN")), as_text(row.get("TIME_ZONE")))


def _fields(raw: object) -> dict[str, TaskField]:
    found: dict[str, TaskField] = {}
    for row in as_rows(raw):
        number = as_int(row.get("ID"))
        if number is not None:
            items = enum_items(row["LIST"]) if "LIST" in row else None
            found[as_text(row.get("FIELD_NAME"))] = TaskField(number, as_text(row.get("USER_TYPE_ID")), items)
    return found


def enum_items(raw: object) -> dict[str, str]:
    """Варианты списочного поля: номер → текст."""
    return {as_text(row.get("ID")): as_text(row.get("VALUE")) for row in as_rows(raw)}
