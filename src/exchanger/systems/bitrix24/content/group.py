"""Группа или проект по названию: только точное, только одна. Найденное помнится час, неудачи — никогда."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.connect import Intent
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.errors import lacks_rights, query_error
from exchanger.systems.bitrix24.foreign import Row, as_int, as_rows, as_text
from exchanger.systems.bitrix24.kept import Kept

_GET = "sonet_group.get"
_SCOPE = "вебхуку не разрешено искать группы (право sonet_group)"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """Найденная группа; `fault` — почему её нет: с этим задачу не поставить, а доделать поставленную можно."""

    id: int | None = None
    fault: str = ""


async def find_group(api: BitrixApi, kept: Kept[str, int], name: str) -> NamedGroup:
    """Группа с этим названием; пустое название — никакой."""
    if not name:
        return NamedGroup()
    known = kept.get(name)
    if known is None:
        # A request of its own: a name is a text of people, and a batch would expand `$result[…]` in it.
        answer = await api.ask(_GET, {"ORDER": {"ID": "ASC"}, "FILTER": {"NAME": name}}, intent=Intent.READ)
        if isinstance(answer, PortalFault):
            if not lacks_rights(answer):
                raise query_error(answer, _GET)
            return NamedGroup(fault=_SCOPE)
        found = _choose(name, as_rows(answer.result))
        if found.id is None:
            return found
        known = found.id
        kept.put(name, known)
    return NamedGroup(known)


def _choose(name: str, rows: list[Row]) -> NamedGroup:
    """The filter of the portal is not believed: it knows no case, and an old build may let it pass."""
    named = {number: row for row in rows if (number := as_int(row.get("ID"))) is not None and _name(row) == _tidy(name)}
    if len(named) == 1:
        return NamedGroup(next(iter(named)))
    if named:
        choices = ", ".join(f"№{number}{_closed(row)}" for number, row in list(named.items())[:_SHOWN])
        return NamedGroup(fault=f"групп с названием «{name}» несколько: {choices}")
    return NamedGroup(fault=f"группы с названием «{name}» вебхуку не видно")


def _name(row: Row) -> str:
    return _tidy(as_text(row.get("NAME")))


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _closed(row: Row) -> str:
    return " (закрыта)" if as_text(row.get("CLOSED")) == "Y" else ""
