"""Что из заданного элементом портал сохранил иначе: сверка с его же ответом на создание, без лишнего запроса."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exchanger.systems.bitrix24.content.remarks import Remarks
from exchanger.systems.bitrix24.foreign import Row, as_moment, camel, same_value

_MOMENTS = {
    "planned_start": ("START_DATE_PLAN", "плановое начало"),
    "planned_end": ("END_DATE_PLAN", "плановое завершение"),
}
_PLAIN = {
    "time_estimate": ("TIME_ESTIMATE", "плановые трудозатраты"),
    "time_tracking": ("ALLOW_TIME_TRACKING", "учёт времени"),
    "allow_change_deadline": ("ALLOW_CHANGE_DEADLINE", "право исполнителя менять срок"),
}


def say_unkept(given: frozenset[str], sent: Mapping[str, object], row: Row, remarks: Remarks) -> None:
    """Замечание о каждом поле, которое в ответе не то, что послано; поля, которых в ответе нет, не сверить."""
    for what in _unkept(given, sent, row):
        remarks.add(what, "портал сохранил другое значение")


def _unkept(given: frozenset[str], sent: Mapping[str, object], row: Row) -> Iterator[str]:
    for param, (name, what) in (_MOMENTS | _PLAIN).items():
        if param in given and name in sent and camel(name) in row:
            kept = row[camel(name)]
            if not (_same_moment if param in _MOMENTS else same_value)(sent[name], kept):
                yield what


def _same_moment(sent: object, kept: object) -> bool:
    """Портал отвечает в поясе владельца вебхука."""
    return as_moment(sent) == as_moment(kept)
