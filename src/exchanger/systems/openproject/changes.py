"""Правка с проверкой: прочитать, решить, записать, прочитать записанное; при 409 — прочитать и решить заново."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.connect import Intent
from exchanger.domain.errors import BusinessError, ExchangerError, Reject, Retry
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.errors import CONFLICT, INVALID, REJECTED, said_of, to_error
from exchanger.systems.openproject.foreign import Row, as_map, as_rows, as_text, href, links

_TRIES = 5
_REWRITTEN = frozenset({"estimatedTime", "duration"})
"""OpenProject хранит их в своей записи (PT24H → P1D): сверка их обманула бы."""


@dataclass(frozen=True, slots=True)
class Change:
    """Что должно стать: значения по атрибутам и ссылки по именам."""

    fields: Row
    links: Row

    def left(self, row: Row) -> set[str]:
        """Что в строке ещё не такое."""
        wanted = {**self.fields, **self.links}
        return {name for name, value in wanted.items() if _plain(value) != shown(row, name)}

    def body(self, row: Row, left: set[str]) -> Row:
        """Тело правки этой версии строки."""
        fields = {name: value for name, value in self.fields.items() if name in left}
        linked = {name: value for name, value in self.links.items() if name in left}
        return {"lockVersion": row.get("lockVersion"), **fields, "_links": linked}

    def refused(self, row: Row) -> set[str]:
        """Что не сохранено, хотя ответ — согласие; тексты с разметкой экземпляр правит сам."""
        return {
            name for name in self.left(row) if name not in _REWRITTEN and "raw" not in as_map(self.fields.get(name))
        }


def shown(row: Row, name: str) -> object:
    """Значение строки в том виде, в каком его сравнивают."""
    return _plain(links(row)[name] if name in links(row) else row.get(name))


async def change(api: OpenProjectApi, path: str, row: Row, wanted: Change, *, notify: bool) -> Row:
    """Изменить прочитанную строку; строка после правки. Уже такая — ничего не пишет."""
    query = {"notify": str(notify).lower()}
    for _ in range(_TRIES):
        left = wanted.left(row)
        if not left:
            return row
        answer = await api.ask("PATCH", path, intent=Intent.IDEMPOTENT, body=wanted.body(row, left), query=query)
        if not isinstance(answer, Fault):
            return await _kept(api, path, answer, wanted)
        if answer.status != CONFLICT:
            raise _refusal(answer, path)
        before, row = row, await api.call("GET", path, intent=Intent.READ)
        _undisputed(before, row, wanted.left(row), path)
    raise Retry(f"OpenProject, PATCH {path}: пакет всё время меняет кто-то ещё.")


async def _kept(api: OpenProjectApi, path: str, written: Row, wanted: Change) -> Row:
    row = await api.call("GET", path, intent=Intent.READ)
    if row.get("lockVersion") != written.get("lockVersion"):
        return row  # somebody has changed it since: what differs now is theirs
    lost = wanted.refused(row)
    if lost:
        raise Reject(
            f"OpenProject, PATCH {path}: ответил согласием, но не изменил {', '.join(sorted(lost))}.",
            remedy="проверьте права человека, чей ключ у Exchanger, и правила этого типа; затем повторите инцидент.",
        )
    return row


def _undisputed(before: Row, row: Row, left: set[str], path: str) -> None:
    """То же поле тем временем изменил человек: чьё значение верно, решают люди."""
    theirs = sorted(name for name in left if shown(before, name) != shown(row, name))
    if theirs:
        raise Reject(
            f"OpenProject, PATCH {path}: пока Exchanger писал, {', '.join(theirs)} изменил кто-то ещё.",
            remedy="посмотрите пакет; повтор инцидента запишет значения процесса поверх нынешних.",
        )


def _refusal(fault: Fault, path: str) -> ExchangerError:
    what = f"PATCH {path}"
    if fault.status == INVALID:
        return BusinessError(REJECTED, said_of(fault, what), remedy="исправьте значения, названные OpenProject.")
    return to_error(fault, what, Intent.IDEMPOTENT)


def _plain(value: object) -> object:
    """Ссылка — адрес, несколько — их набор, текст с разметкой — исходник."""
    if isinstance(value, list):
        return frozenset(href(each) for each in as_rows(value))
    known = as_map(value)
    if "href" in known:
        return href(known)
    if "raw" in known:
        return "\n".join(as_text(known.get("raw")).splitlines()).strip()
    return value.strip() if isinstance(value, str) else value
