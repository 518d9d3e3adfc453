"""Ответ OData: тело или отказ — по внутреннему коду платформы (onec.md 2.4)."""

from __future__ import annotations

import re
from datetime import timedelta
from types import MappingProxyType

from exchanger.connect import Answer
from exchanger.systems.onec.faults import Fault, Meaning
from exchanger.systems.onec.foreign import Row, as_map, as_text, body_of
from exchanger.systems.onec.waiting import retry_after

_SUCCESS = range(200, 300)
_SERVER_ERRORS = 500
_LONGEST = 500
_OURS = frozenset({"odata.metadata", "value", "Ref_Key"})
_ATOM = re.compile(rb"<m:code>\s*(-?\d+)\s*</m:code>")
_ATOM_TEXT = re.compile(rb"<m:message[^>]*>(.*?)</m:message>", re.DOTALL)
_LOCKS = re.compile("конфликт блокировок|превышено время ожидания|lock conflict", re.IGNORECASE)
_BY_CODE = MappingProxyType(
    {
        "8": Meaning.NO_SET,
        "9": Meaning.NO_OBJECT,
        "15": Meaning.EXISTS,
        "20": Meaning.DENIED,
    }
)
FIELD_CODES = frozenset({"10", "14", "16"})
"""Коды отказа «нет такого поля» на запрос с $select или $filter."""


def read_answer(answer: Answer) -> Row | Fault:
    """Разобрать ответ."""
    after = retry_after(answer.headers)
    body = body_of(answer.body)
    if body is None:
        atom = _ATOM.search(answer.body)
        if atom is not None:
            said = _ATOM_TEXT.search(answer.body)
            words = said[1].decode("utf-8", "replace") if said is not None else ""
            return _fault(answer.status, atom[1].decode(), words, after)
        if answer.status in _SUCCESS and not answer.body.strip():
            return {}
        return Fault(answer.status, Meaning.FOREIGN, _page(answer.body), after=after)
    error = as_map(body.get("odata.error"))
    if error:
        message = as_text(as_map(error.get("message")).get("value"))
        return _fault(answer.status, as_text(error.get("code")), message, after)
    if answer.status not in _SUCCESS or _OURS.isdisjoint(body):
        return Fault(answer.status, Meaning.FOREIGN, _page(answer.body), after=after)
    return body


def _fault(status: int, code: str, said: str, after: timedelta | None) -> Fault:
    words = " ".join(said.split())[:_LONGEST]
    meaning = _BY_CODE.get(code)
    if meaning is None and status < _SERVER_ERRORS:
        meaning = Meaning.INVALID
    if meaning is None:
        # The platform gives -1 to handlers, locks and all the rest: only its words tell a lock.
        meaning = Meaning.BUSY if _LOCKS.search(words) else Meaning.REFUSED
    return Fault(status, meaning, words, code, after)


def _page(body: bytes) -> str:
    """Which of the known pages it is; its own words are kept out of logs."""
    for mark, words in _PAGES.items():
        if mark.encode() in body:
            return words
    return "Ответила не 1С"


_PAGES = MappingProxyType(
    {
        "Начало сеанса с информационной базой запрещено": "Начало сеансов запрещено: идут регламентные работы",
        "Не обнаружено свободной лицензии": "Не обнаружено свободной лицензии",
        "No space left on device": "На сервере 1С кончилось место",
        "Идентификация пользователя не выполнена": "Идентификация пользователя не выполнена",
        "1C:Enterprise 8 application error": "Сбой приложения 1С",
    }
)
