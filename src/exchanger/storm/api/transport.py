"""Чтение JSON из StormBPMN: предел запросов, повторы того, что стоит повторять, понятные отказы."""

from __future__ import annotations

import json
import re
from contextlib import AsyncExitStack
from datetime import timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from exchanger.connect import Answer, Http, HttpOptions, Intent, Limiter, Limits
from exchanger.domain.errors import Reject, Retry
from exchanger.ports import Clock
from exchanger.storm.api.budget import RequestBudget
from exchanger.storm.api.options import StormOptions
from exchanger.storm.api.refusals import not_json, refusal
from exchanger.telemetry.log import log

_UNBOUND = Limits(per_second=1000.0, burst=1000.0, at_once=4)  # the budget alone is the limit
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class StormHttp:
    """Соединение одного API: `prefix` — путь к нему, `headers` — вход, `credential` — настройка, где лежит ключ."""

    def __init__(
        self,
        options: StormOptions,
        budget: RequestBudget,
        clock: Clock,
        *,
        prefix: str,
        headers: dict[str, str],
        credential: str,
    ) -> None:
        self._root = f"{options.base_url}{prefix}"
        self._budget = budget
        self._clock = clock
        self._retries = options.retries
        self._credential = credential
        timeout = options.timeout / timedelta(seconds=1)
        common = {"Accept": "application/json", "User-Agent": "Exchanger", "Connection": "close"}
        told = HttpOptions("StormBPMN", timeout=timeout, tls=options.tls, headers=common | headers, resend=False)
        self._http = Http(told, Limiter(_UNBOUND))
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self._http)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def get(self, path: str, query: dict[str, str], what: str) -> Any:
        """Ответ как чужой JSON; `what` — что спрашиваем, для текста отказа.

        Сбои (5xx, обрыв, не JSON) повторяются; 401, 403, 404 — никогда; 429 — один раз, когда счёт снова разрешит.
        """
        url = f"{self._root}{path}" + (f"?{urlencode(query)}" if query else "")
        refused = False
        for attempt in range(1, self._retries.attempts + 1):
            try:
                answer = await self._ask(url)
                if answer.status == HTTPStatus.TOO_MANY_REQUESTS and not refused:
                    refused = True
                    answer = await self._ask(url)
                return self._read(answer, what)
            except Retry as error:
                if attempt == self._retries.attempts:
                    raise
                log.info("сбой StormBPMN, повторяем", attempt=attempt, reason=str(error))
                await self._clock.sleep(self._retries.delay.total_seconds() * 2 ** (attempt - 1))
        raise AssertionError("число попыток не меньше одной")

    async def _ask(self, url: str) -> Answer:
        async with self._budget.request() as ticket:
            answer = await self._http.request("GET", url, intent=Intent.READ)
            ticket.heard(answer.status, answer.headers)
            return answer

    def _read(self, answer: Answer, what: str) -> Any:
        error = refusal(answer, what, self._credential)
        if error is not None:
            raise error
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            raise not_json(what, answer.body) from None


def checked_id(diagram_id: str) -> str:
    """Id, который можно вставить в адрес; иначе `Reject`."""
    if _ID.fullmatch(diagram_id) is None:
        raise Reject(
            f"«{diagram_id[:80]}» — не id диаграммы StormBPMN.",
            remedy="возьмите UUID из адреса диаграммы в браузере или из exchanger sync list.",
        )
    return diagram_id


def record_of(content: object, what: str) -> dict[str, Any]:
    """Ответ, который обязан быть объектом; иначе `Reject`."""
    if not isinstance(content, dict):
        raise Reject(
            f"StormBPMN прислал не объект, {what}.",
            remedy="обновите Exchanger: формат ответа StormBPMN изменился.",
        )
    return content
