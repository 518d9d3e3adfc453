"""Аренда сеансов: без неё каждый вызов заводит сеанс и занимает лицензию (onec.md 2.5)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie

_COOKIE = "ibsession"


@dataclass(slots=True)
class Lease:
    """Сеанс на время одного запроса; `mark` «» — ещё не начат."""

    mark: str = ""
    asks: bool = True

    @property
    def headers(self) -> dict[str, str]:
        """Заголовки: начать сеанс или продолжить."""
        if self.mark:
            return {"Cookie": f"{_COOKIE}={self.mark}"}
        return {"IBSession": "start"} if self.asks else {}

    def answered(self, headers: Mapping[str, str]) -> None:
        """Запомнить сеанс, который начала база."""
        try:
            found = SimpleCookie(headers.get("Set-Cookie", "")).get(_COOKIE)
        except CookieError:
            return
        if found is not None and found.value:
            self.mark = found.value

    def drop(self) -> None:
        """База этого сеанса больше не знает."""
        self.mark = ""


class Leases:
    """Свободные сеансы. База, которая не дала сеанса на просьбу, больше не спрашивается."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self._idle: list[str] = []
        self._broken: list[str] = []

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[Lease]:
        """Сеанс на один запрос; прерванный на полуслове не используется: он ещё занят."""
        lease = Lease(self._idle.pop() if self._idle else "", asks=self.enabled)
        try:
            yield lease
        except BaseException:
            self._broken += [lease.mark] if lease.mark else []
            raise
        self._idle += [lease.mark] if lease.mark else []

    def not_given(self) -> None:
        """База ответила, а сеанса не дала: повторное использование на ней выключено."""
        self.enabled = False

    def finishing(self) -> list[Mapping[str, str]]:
        """Заголовки прощания с каждым сеансом; после этого их нет."""
        marks, self._idle, self._broken = self._idle + self._broken, [], []
        return [{"Cookie": f"{_COOKIE}={mark}", "IBSession": "finish"} for mark in marks]
