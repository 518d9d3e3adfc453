"""Запросы к сервису расширения и разбор его ответов."""

from __future__ import annotations

import json
from types import MappingProxyType
from urllib.parse import quote

from exchanger.connect import Answer, Http, Intent
from exchanger.systems.onec.faults import Fault, Meaning, query_error, to_error
from exchanger.systems.onec.foreign import Row, as_map, as_text, body_of
from exchanger.systems.onec.waiting import retry_after

_ROOT = "/hs/exchanger/v1"
_SUCCESS = range(200, 300)
_LONGEST = 500
_OURS = frozenset({"object", "objects", "service"})
_MEANINGS = MappingProxyType(
    {
        "denied": Meaning.DENIED,
        "noSet": Meaning.NO_SET,
        "noObject": Meaning.NO_OBJECT,
        "refused": Meaning.REFUSED,
        "busy": Meaning.BUSY,
        "failed": Meaning.FAILED,
    }
)


class ServiceApi:
    """Клиент сервиса одной базы."""

    def __init__(self, base: str, http: Http) -> None:
        self.base = base
        self._http = http

    async def ask(
        self, method: str, *path: str, intent: Intent, body: Row | None = None, query: str = ""
    ) -> Row | Fault:
        """Выполнить запрос; отказ вернуть, обрыв связи бросить."""
        url = f"{self.base}{_ROOT}/{'/'.join(quote(part, safe='') for part in path)}" + (f"?{query}" if query else "")
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"} if data is not None else {}
        return read_answer(await self._http.request(method, url, intent=intent, data=data, headers=headers))

    async def call(self, method: str, *path: str, intent: Intent, body: Row | None = None) -> Row:
        """Выполнить запрос; ошибки — domain.errors по смыслу отказа."""
        answer = await self.ask(method, *path, intent=intent, body=body)
        if isinstance(answer, Fault):
            raise to_error(answer, f"{method} сервиса {'/'.join(path[:2])}", intent)
        return answer

    async def read(self, method: str, *path: str, body: Row | None = None, query: str = "") -> Row:
        """Наше постоянное чтение: отказ по существу — пауза."""
        answer = await self.ask(method, *path, intent=Intent.READ, body=body, query=query)
        if isinstance(answer, Fault):
            raise query_error(answer, f"{method} сервиса {'/'.join(path[:2])}")
        return answer


def read_answer(answer: Answer) -> Row | Fault:
    """Тело или отказ; без нашего `error` и нашего тела ответил не сервис."""
    body = body_of(answer.body)
    error = as_map((body or {}).get("error"))
    if error:
        code = as_text(error.get("code"))
        words = " ".join(as_text(error.get("message")).split())[:_LONGEST]
        return Fault(answer.status, _MEANINGS.get(code, Meaning.INVALID), words, code)
    if body is None or answer.status not in _SUCCESS or _OURS.isdisjoint(body):
        return Fault(answer.status, Meaning.FOREIGN, "Ответил не сервис exchanger", after=retry_after(answer.headers))
    return body
