"""Журнал прокси: что пришло, что дошло до сервера и что получил клиент. Без тел и заголовков."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from exchanger.testing.proxy.call import HttpCall, template_of
from exchanger.testing.proxy.fault import FaultKind, HttpFault


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """Запрос глазами прокси. None вместо состояния — ответа (ещё) не было."""

    number: int
    method: str
    path: str
    fault: FaultKind | None
    forwarded: int = 0
    """Сколько раз передан серверу."""
    upstream_status: int | None = None
    """Что ответил сервер; есть — запрос исполнен."""
    status: int | None = None
    """Что отдано клиенту."""
    failure: str = ""
    """Почему сервер не ответил."""


class Entry:
    """Строка журнала, пока запрос в пути."""

    def __init__(self, rows: list[SeenRequest], call: HttpCall, fault: HttpFault | None) -> None:
        self._rows = rows
        self._place = len(rows)
        rows.append(SeenRequest(self._place + 1, call.method, call.path, fault.kind if fault else None))

    def forwarded(self) -> None:
        """Запрос передаётся серверу."""
        row = self._rows[self._place]
        self._rows[self._place] = replace(row, forwarded=row.forwarded + 1)

    def answered(self, status: int) -> None:
        """Сервер ответил."""
        self._rows[self._place] = replace(self._rows[self._place], upstream_status=status)

    def returned(self, status: int) -> None:
        """Клиенту отдан ответ."""
        self._rows[self._place] = replace(self._rows[self._place], status=status)

    def failed(self, reason: str) -> None:
        """Связь с сервером не удалась или оборвалась."""
        self._rows[self._place] = replace(self._rows[self._place], failure=reason)


class Journal:
    """Все запросы по порядку прихода."""

    def __init__(self) -> None:
        self._rows: list[SeenRequest] = []

    def open(self, call: HttpCall, fault: HttpFault | None) -> Entry:
        """Начать строку пришедшего запроса."""
        return Entry(self._rows, call, fault)

    def clear(self) -> None:
        """Забыть запросы: дальше считать с нуля. Незавершённые допишут в забытое."""
        self._rows = []

    @property
    def seen(self) -> tuple[SeenRequest, ...]:
        """Запросы по порядку прихода."""
        return tuple(self._rows)

    def select(self, method: str | None, path_regex: str) -> list[SeenRequest]:
        """Запросы с таким методом и путём."""
        pattern = re.compile(path_regex)
        return [row for row in self._rows if method in {None, row.method} and pattern.search(row.path)]

    def by_template(self) -> Counter[tuple[str, str]]:
        """Счётчики по методу и образцу пути: («POST», «/engine-rest/external-task/{id}/complete») → 7."""
        return Counter((row.method, template_of(row.path)) for row in self._rows)
