"""Лента изменений сервиса: порядок последнего изменения, указатель отстаёт от часов на три минуты."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchanger.sandbox.onec.errors import bad_request
from exchanger.sandbox.onec.infobase import Infobase, Key
from exchanger.sandbox.onec.schema import EntityType, Row

_FIRST = timedelta(minutes=10)
_BEHIND = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Page:
    """Страница: записи, указатель на следующую, есть ли она."""

    rows: list[Row]
    next: str
    more: bool


class Feed:
    """Когда какая запись изменилась в последний раз."""

    def __init__(self, base: Infobase) -> None:
        self._base = base
        self._changed: dict[tuple[str, Key], datetime] = {}
        base.listeners.append(self._note)

    def page(self, kind: EntityType, refs: set[str], after: str, limit: int) -> Page:
        """Записи этих ссылок, изменённые после указателя; пустой — за последние десять минут."""
        now = self._base.clock()
        start = _read(after) if after else ((now - _FIRST).timestamp(), "")
        rows = self._base.rows[kind.name]
        found = sorted((place, ref) for ref in refs if (ref,) in rows and (place := self._place(kind, ref)) > start)
        page = [rows[ref,] for _, ref in found[:limit]]
        if len(found) > limit:
            return Page(page, _write(found[limit - 1][0]), more=True)
        return Page(page, _write(((now - _BEHIND).timestamp(), "")), more=False)

    def _place(self, kind: EntityType, ref: str) -> tuple[float, str]:
        return self._changed[kind.name, (ref,)].timestamp(), ref

    def _note(self, kind: EntityType, key: Key, gone: bool) -> None:  # noqa: FBT001 - the listener's shape
        if not gone:
            self._changed[kind.name, key] = self._base.clock()


def _read(text: str) -> tuple[float, str]:
    moment, _, ref = text.partition("_")
    try:
        return float(moment), ref
    except ValueError:
        raise bad_request("after: указатель не разобран") from None


def _write(place: tuple[float, str]) -> str:
    return f"{place[0]:.6f}_{place[1]}"
