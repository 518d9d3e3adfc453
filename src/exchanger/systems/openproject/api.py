"""Запросы API v3: адрес, вход, тело JSON или файл, повтор после 401 и 429, разбор ответа."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode

from exchanger.connect import Http, Intent
from exchanger.domain.policy import Backoff
from exchanger.ports import Clock
from exchanger.systems.openproject.answers import Fault, read_answer, server_time
from exchanger.systems.openproject.errors import Verdict, query_error, to_error, verdict
from exchanger.systems.openproject.foreign import Row
from exchanger.systems.openproject.login import Login
from exchanger.systems.openproject.settings import Site
from exchanger.systems.openproject.upload import Upload

_TRIES = 3
_LONGEST_WAIT = timedelta(seconds=30)
_BACKOFF = Backoff(timedelta(seconds=1), 2.0, timedelta(seconds=30))
_HEADERS = {"Content-Type": "application/json", "Accept": "application/hal+json"}

Query = Mapping[str, object]


class OpenProjectApi:
    """Клиент одного экземпляра. Пути — без `/api/v3`."""

    def __init__(self, site: Site, login: Login, http: Http, clock: Clock) -> None:
        self.site = site
        self._login = login
        self._http = http
        self._clock = clock
        self._ahead = timedelta()
        self._opens_at = 0.0

    def now(self) -> datetime:
        """Часы экземпляра: наши, поправленные по его последнему ответу."""
        return self._clock.now() + self._ahead

    async def call(
        self, method: str, path: str, *, intent: Intent, body: object = None, query: Query | None = None
    ) -> Row:
        """Выполнить запрос; ошибки — domain.errors по смыслу отказа."""
        answer = await self.ask(method, path, intent=intent, body=body, query=query)
        if isinstance(answer, Fault):
            raise to_error(answer, f"{method} {path}", intent)
        return answer

    async def read(self, path: str, query: Query | None = None) -> Row:
        """Наше постоянное чтение: отказ по существу — пауза системы."""
        answer = await self.ask("GET", path, intent=Intent.READ, query=query)
        if isinstance(answer, Fault):
            raise query_error(answer, f"GET {path}")
        return answer

    async def ask(
        self, method: str, path: str, *, intent: Intent, body: object = None, query: Query | None = None
    ) -> Row | Fault:
        """Выполнить запрос; отказ по существу вернуть, остальное бросить. 401 и 429 повторяются: они не исполнены."""
        for attempt in range(_TRIES):
            answer = await self._once(method, path, intent, body, query)
            if not isinstance(answer, Fault):
                return answer
            kind, last = verdict(answer), attempt + 1 == _TRIES
            if kind is Verdict.PERMANENT:
                return answer
            if kind is Verdict.UNAUTHENTICATED and attempt == 0 and self._login.refused():
                continue
            if kind is Verdict.THROTTLED and self._throttled(answer, attempt) and not last:
                continue
            raise to_error(answer, f"{method} {path}", intent)
        raise AssertionError("unreachable")

    async def _once(self, method: str, path: str, intent: Intent, body: object, query: Query | None) -> Row | Fault:
        while (left := self._opens_at - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
        url = f"{self.site.base}/api/v3{path}" + (f"?{urlencode(query)}" if query else "")
        # Without a content type even a request that needs no body is answered 406.
        data = None if method == "GET" else _data(body)
        kind = {"Content-Type": body.type} if isinstance(body, Upload) else {}
        headers = _HEADERS | kind | {"Authorization": await self._login.header()}
        sent = self._clock.now()
        answer = await self._http.request(method, url, intent=intent, data=data, headers=headers)
        read = read_answer(answer)
        told = server_time(answer.headers)
        if told is not None and not isinstance(read, Fault):
            self._ahead = told - sent
        return read

    def _throttled(self, fault: Fault, attempt: int) -> bool:
        """Всем запросам ждать сброса счёта; False — слишком долго, чтобы ждать на месте."""
        pause = max(fault.after or timedelta(), _BACKOFF.delay(attempt))
        self._opens_at = self._clock.monotonic() + min(pause, _LONGEST_WAIT).total_seconds()
        return pause <= _LONGEST_WAIT


def _data(body: object) -> bytes:
    return body.data if isinstance(body, Upload) else json.dumps({} if body is None else body).encode()
