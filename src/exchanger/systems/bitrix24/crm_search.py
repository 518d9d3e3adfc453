"""Поиск сделок и контактов по нашему ключу (ORIGINATOR_ID, ORIGIN_ID) и создание без двойников.

Повтор безвреден: перед созданием ищут, после неизвестного исхода ждут карантин (портал обрывает запрос на 60-й секунде)
и ищут снова. Процесс, который только что запущен, сначала пережидает карантин: запрос прежнего мог ещё выполняться.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

from exchanger.connect import Intent
from exchanger.domain.errors import OutcomeUnknown, Reject, Retry
from exchanger.domain.key import Key
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.foreign import as_int, as_rows, as_text

ORIGINATOR = "exchanger"


@dataclass(slots=True)
class CrmMaker:
    """Создаёт записи CRM; `opened` — monotonic открытия клиента."""

    api: BitrixApi
    clock: Clock
    quarantine: timedelta
    opened: float = field(init=False)
    _proved: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.opened = self.clock.monotonic()

    async def make(self, entity: str, key: Key, fields: Mapping[str, object]) -> int:
        """Номер записи с этим ключом: найденной или новой. `entity` — deal или contact."""
        await self._prove(entity)
        found = await self.find(entity, str(key))
        if found is None:
            await self._settle()
            found = await self.find(entity, str(key))
        return found if found is not None else await self._add(entity, key, fields)

    async def find(self, entity: str, origin: str) -> int | None:
        """Номер записи с этим ключом; нескольких — меньший. Фильтру портала не верят: ключ сверяется."""
        numbers = [
            number
            for row in await self._rows(entity, origin)
            if (as_text(row.get("ORIGINATOR_ID")), as_text(row.get("ORIGIN_ID"))) == (ORIGINATOR, origin)
            and (number := as_int(row.get("ID"))) is not None
        ]
        return min(numbers, default=None)

    async def _add(self, entity: str, key: Key, fields: Mapping[str, object]) -> int:
        marked = {**fields, "ORIGINATOR_ID": ORIGINATOR, "ORIGIN_ID": str(key)}
        try:
            answer = await self.api.call(f"crm.{entity}.add", {"fields": marked}, intent=Intent.CREATE)
        except OutcomeUnknown as error:
            return await self._after(entity, key, error)
        number = as_int(answer.result)
        if number is None:
            return await self._after(entity, key, OutcomeUnknown(f"Битрикс24, crm.{entity}.add: ответ без номера."))
        return number

    async def _after(self, entity: str, key: Key, error: OutcomeUnknown) -> int:
        """Дождаться, когда запрос уже не может выполняться, и узнать, что вышло."""
        await self.clock.sleep(self.quarantine.total_seconds())
        found = await self.find(entity, str(key))
        if found is None:
            raise Retry(f"{str(error).rstrip('.')}; записи с нашим ключом нет, создание повторится.")
        return found

    async def _settle(self) -> None:
        left = self.opened + self.quarantine.total_seconds() - self.clock.monotonic()
        if left > 0:
            await self.clock.sleep(left)

    async def _prove(self, entity: str) -> None:
        """Портал, который пропускает фильтр, отдал бы на чужой ключ первые попавшиеся записи."""
        if entity in self._proved:
            return
        if await self._rows(entity, f"exch-selftest-{uuid4()}"):
            raise Reject(
                f"Битрикс24, crm.{entity}.list: портал не ищет по ORIGIN_ID, запись могла бы задвоиться.",
                remedy="обновите модуль CRM портала; создание остановлено.",
            )
        self._proved.add(entity)

    async def _rows(self, entity: str, origin: str) -> list[Mapping[str, object]]:
        params = {
            "filter": {"=ORIGINATOR_ID": ORIGINATOR, "=ORIGIN_ID": origin},
            "select": ["ID", "ORIGINATOR_ID", "ORIGIN_ID"],
            "order": {"ID": "ASC"},
            "start": -1,
        }
        answer = await self.api.call(f"crm.{entity}.list", params, intent=Intent.READ)
        return list(as_rows(answer.result))
