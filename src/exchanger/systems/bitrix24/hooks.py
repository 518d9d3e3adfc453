"""Уведомления портала: какие задачи пора посмотреть. Значениям в них не верят, тайну сверяют за постоянное время."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

from exchanger.connect import Forged, Hook, Knock
from exchanger.systems.bitrix24.foreign import as_int
from exchanger.systems.bitrix24.snapshots import SYSTEM_NAME

_EVENTS = frozenset({"ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE", "ONTASKCOMMENTADD"})
_NUMBERS = ("data[FIELDS_AFTER][ID]", "data[FIELDS_BEFORE][ID]")
_OF_COMMENT = ("data[FIELDS_AFTER][TASK_ID]", "data[TASK_ID]")  # there ID is the comment's, and 0 in the new card


def hook(tokens: Sequence[str], member_id: str = "") -> Hook:
    """Вход портала; токенов несколько, пока старый меняют на новый или исходящих вебхуков несколько."""
    return Hook(SYSTEM_NAME, lambda knock: read_event(knock.form(), tokens, member_id), again=_is_deletion)


def read_event(form: Mapping[str, str], tokens: Sequence[str], member_id: str = "") -> list[str]:
    """Номера задач; незнакомое событие — ни одного. `member_id` — с какого портала ждём; «» — не сверяем."""
    given = form.get("auth[application_token]", "")
    if not any(_same(given, token) for token in tokens if token):
        raise Forged
    if member_id and not _same(form.get("auth[member_id]", ""), member_id):
        raise Forged  # a copy of the portal keeps the token: its tasks have the same numbers as ours
    name = form.get("event", "").upper()
    if name not in _EVENTS:
        return []
    fields = _OF_COMMENT if name == "ONTASKCOMMENTADD" else _NUMBERS
    numbers = (as_int(form.get(each)) for each in fields)
    return list(dict.fromkeys(str(number) for number in numbers if number is not None and number > 0))


def _is_deletion(knock: Knock) -> bool:
    return knock.form().get("event", "").upper() == "ONTASKDELETE"


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(), known.encode())
