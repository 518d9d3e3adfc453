"""Запрос и ответ HTTP, как они идут сквозь прокси: дословно."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from multidict import CIMultiDict, CIMultiDictProxy

Headers = CIMultiDict[str] | CIMultiDictProxy[str]

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}
)
"""Заголовки одного звена (RFC 9110, 7.6.1); `expect` исполняет сам прокси: тело он уже получил."""

VOLATILE = re.compile(
    r"\d+|.*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}.*|(?=[^/]*\d)[0-9a-z]{12,}", re.IGNORECASE
)
"""Отрезок пути, который у каждого объекта свой: число, UUID (и внутри `ключ:версия:UUID`), ключ доступа."""


@dataclass(frozen=True, slots=True)
class HttpCall:
    """Запрос. `target` — путь со строкой запроса ровно в том виде, в каком пришёл."""

    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        """Путь без строки запроса, не раскодированный."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """Строка запроса, не раскодированная."""
        return self.target.partition("?")[2]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Ответ целиком; `headers` без заголовков одного звена."""

    status: int
    reason: str | None = None
    headers: Headers = field(default_factory=CIMultiDict)
    body: bytes = b""


def end_to_end(headers: Headers) -> CIMultiDict[str]:
    """Заголовки, которые идут дальше: без заголовков одного звена и названных в Connection."""
    named = {name.strip().lower() for line in headers.getall("Connection", []) for name in line.split(",")}
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in HOP_BY_HOP | named)


def template_of(path: str) -> str:
    """Путь с `{id}` вместо чисел, UUID и ключей доступа: /external-task/{id}/complete."""
    return "/".join("{id}" if VOLATILE.fullmatch(part) else part for part in path.split("/"))


def json_answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """Ответ с телом JSON."""
    return _answer(status, "application/json; charset=utf-8", json.dumps(body, ensure_ascii=False).encode(), headers)


def html_answer(status: int, text: str, headers: Mapping[str, str] | None = None) -> HttpAnswer:
    """Ответ со страницей HTML, как у посредников и во время работ на сервере."""
    return _answer(status, "text/html; charset=utf-8", text.encode(), headers)


def _answer(status: int, kind: str, body: bytes, headers: Mapping[str, str] | None) -> HttpAnswer:
    fields = CIMultiDict({"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})})
    return HttpAnswer(status, None, fields, body)
