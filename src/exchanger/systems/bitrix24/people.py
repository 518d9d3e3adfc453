"""Сотрудники портала: по адресу почты и по номеру. Найденное запоминается на час, неудачи — никогда."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from exchanger.connect import Intent
from exchanger.domain.errors import Reject
from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.errors import lacks_rights, to_error
from exchanger.systems.bitrix24.foreign import Row, as_flag, as_int, as_rows, as_text
from exchanger.systems.bitrix24.kept import Kept

_FRESH = timedelta(hours=1)
_BOUND = 2000


class People:
    """Справочник сотрудников с памятью."""

    def __init__(self, api: BitrixApi, clock: Clock) -> None:
        self._api = api
        self._known: Kept[str, int] = Kept(clock, _FRESH, _BOUND)

    def forget(self) -> None:
        """Забыть узнанное."""
        self._known.clear()

    async def by_email(self, email: str) -> int | None:
        """Номер действующего сотрудника с этим адресом."""
        return await self._cached(f"email:{email.casefold()}", {"EMAIL": email}, ("EMAIL", email))

    async def named(self, who: str, role: str) -> int:
        """Названный сотрудник: номер берётся как есть (портал сам откажет неизвестному), адрес разрешается."""
        number = as_int(who)
        if number is None:
            number = await self.by_email(who)
        if number is None:
            raise Reject(
                f"Битрикс24: {role} задан адресом почты, но действующего сотрудника с таким адресом на портале нет.",
                remedy="исправьте адрес в диаграмме или переменной либо верните сотрудника на портал.",
            )
        return number

    async def active(self, number: int) -> bool | None:
        """Есть ли действующий сотрудник с таким номером; None — вебхуку не разрешено это узнать."""
        try:
            return await self._cached(f"id:{number}", {"ID": number}, ("ID", str(number))) is not None
        except Reject:
            return None

    async def _cached(self, name: str, filters: Mapping[str, object], same: tuple[str, str]) -> int | None:
        found = self._known.get(name)
        if found is None:
            found = await self._ask(filters, same)
            if found is not None:
                self._known.put(name, found)
        return found

    async def _ask(self, filters: Mapping[str, object], same: tuple[str, str]) -> int | None:
        params = {"FILTER": {**filters, "ACTIVE": True}}
        answer = await self._api.ask("user.get", params, intent=Intent.READ)
        if isinstance(answer, PortalFault):
            raise _refused(answer)
        numbers = sorted({number for row in as_rows(answer.result) if (number := _match(row, *same)) is not None})
        if len(numbers) > 1:
            raise Reject(
                "Битрикс24: одним адресом почты пользуются несколько действующих сотрудников.",
                remedy="укажите в диаграмме номер сотрудника вместо адреса.",
            )
        return numbers[0] if numbers else None


def _match(row: Row, name: str, value: str) -> int | None:
    """Номер сотрудника, если это он: фильтру портала не верим."""
    same = as_text(row.get(name)).strip().casefold() == value.casefold()
    return as_int(row.get("ID")) if same and as_flag(row.get("ACTIVE")) else None


def _refused(fault: PortalFault) -> Exception:
    if lacks_rights(fault):
        return Reject(
            "Битрикс24, user.get: вебхуку не разрешено искать сотрудников.",
            remedy="добавьте вебхуку право user или укажите в диаграмме номер сотрудника.",
        )
    return to_error(fault, "user.get", Intent.READ)
