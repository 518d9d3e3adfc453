"""Выполнение запроса: код ответа → что известно."""

from __future__ import annotations

from datetime import timedelta

from exchanger.connect import Answer, Http, Intent
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Retry
from exchanger.systems.python.web.request import Request
from exchanger.systems.python.web.settings import WebOptions

_TIMEOUT, _MANY, _UNAVAILABLE = 408, 429, 503
_REDIRECT, _REFUSED, _BROKEN = 300, 400, 500


class Site:
    """Узлы, к которым обращаются процессы."""

    def __init__(self, options: WebOptions, http: Http) -> None:
        self.options = options
        self._http = http

    async def ask(self, request: Request) -> Answer:
        """Ответ 2xx. `Retry` — не выполнено; `OutcomeUnknown` — неизвестно; `BusinessError` — отказ узла по коду.

        Переадресаций не выполняет: они увели бы к неразрешённому узлу.
        """
        answer = await self._http.request(
            request.method, request.url, intent=request.intent, data=request.body, headers=request.headers
        )
        if answer.status < _REDIRECT:
            return answer
        raise _error(answer, request)


def _error(answer: Answer, request: Request) -> Exception:
    status, said = answer.status, f"узел ответил кодом {answer.status} на {request.method}"
    if status in {_MANY, _UNAVAILABLE}:
        return Retry(f"{said}: пока не принимает.", after=_pause(answer))
    if status >= _BROKEN or status == _TIMEOUT:
        return OutcomeUnknown(said) if request.intent is Intent.CREATE else Retry(f"{said}.")
    return BusinessError(
        f"HTTP_{status}", f"{said}." if status >= _REFUSED else f"{said}: переадресация не выполняется."
    )


def _pause(answer: Answer) -> timedelta | None:
    seconds = answer.headers.get("Retry-After", "")
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() and int(seconds) <= 24 * 3600 else None
