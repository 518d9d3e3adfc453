"""Пользователи базы: ссылка или полное имя. Однофамильцы не угадываются."""

from __future__ import annotations

from datetime import timedelta

from exchanger.domain.errors import Reject
from exchanger.ports import Clock
from exchanger.systems.onec.refs import is_ref
from exchanger.systems.onec.settings import OnecOptions
from exchanger.systems.onec.store import Store

_FRESH = timedelta(minutes=10)
_FEW = 5


class People:
    """Справочник пользователей с памятью на десять минут; неудачи не помнятся."""

    def __init__(self, store: Store, options: OnecOptions, clock: Clock) -> None:
        self._store = store
        self._set = options.users_set
        self._clock = clock
        self._known: dict[str, tuple[str, float]] = {}

    async def ref(self, who: str, role: str) -> str:
        """Ссылка пользователя; `Reject` — нет такого или их несколько."""
        if is_ref(who):
            return who.lower()
        known, until = self._known.get(who.casefold(), ("", 0.0))
        if not known or self._clock.monotonic() >= until:
            known = await self._search(who, role)
            self._known[who.casefold()] = known, self._clock.monotonic() + _FRESH.total_seconds()
        return known

    async def _search(self, who: str, role: str) -> str:
        found = await self._store.matching(self._set, {"Description": who}, _FEW, ("Description", "DeletionMark"))
        alive = [each.ref for each in found if each.fields.get("DeletionMark") is not True]
        if len(alive) != 1:
            what = "нет" if not alive else "несколько"
            raise Reject(
                f"1С: {role} — пользователей с таким именем {what} ({self._set}).",
                remedy="задайте полное имя, как в 1С, или ссылку (GUID) и повторите инцидент.",
            )
        return alive[0]
