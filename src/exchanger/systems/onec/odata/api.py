"""Запросы OData: адрес, сеанс, тело JSON, разбор ответа."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

from exchanger.connect import Answer, Http, Intent
from exchanger.domain.errors import ExchangerError, Retry
from exchanger.systems.onec.faults import Fault, query_error, to_error
from exchanger.systems.onec.foreign import Row, as_rows
from exchanger.systems.onec.odata.answers import read_answer
from exchanger.systems.onec.odata.quoting import query_of
from exchanger.systems.onec.odata.sessions import Lease, Leases
from exchanger.telemetry.log import log

_ROOT = "/odata/standard.odata"
_STALE = 406  # the session of this cookie is over: nothing was done
_FORMAT: Mapping[str, str] = {"$format": "json"}
_GOODBYE = 3.0


class ODataApi:
    """Клиент одной базы. Пути — без `/odata/standard.odata`, уже записаны для адреса."""

    def __init__(self, base: str, http: Http, leases: Leases) -> None:
        self.base = base
        self.leases = leases
        self._http = http

    async def ask(
        self, method: str, path: str, *, intent: Intent, body: Row | None = None, query: Mapping[str, str] | None = None
    ) -> Row | Fault:
        """Выполнить запрос; отказ вернуть, обрыв связи бросить."""
        url = f"{self.base}{_ROOT}{path or '/'}?{query_of({**_FORMAT, **(query or {})})}"
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        async with self.leases.taken() as lease:
            answer = await self._once(method, url, intent, data, lease)
            if answer.status == _STALE and lease.mark:
                lease.drop()
                answer = await self._once(method, url, intent, data, lease)
        read = read_answer(answer)
        if not isinstance(read, Fault) and not lease.mark and lease.asks:
            self.leases.not_given()
        return read

    async def call(
        self, method: str, path: str, *, intent: Intent, body: Row | None = None, query: Mapping[str, str] | None = None
    ) -> Row:
        """Выполнить запрос; ошибки — domain.errors по смыслу отказа."""
        answer = await self.ask(method, path, intent=intent, body=body, query=query)
        if isinstance(answer, Fault):
            raise to_error(answer, f"{method} {path.partition('(')[0]}", intent)
        return answer

    async def rows(self, path: str, query: Mapping[str, str]) -> list[Row]:
        """Наше постоянное чтение набора: отказ по существу — пауза; ответ без списка отсутствия не доказывает."""
        answer = await self.ask("GET", path, intent=Intent.READ, query=query)
        if isinstance(answer, Fault):
            raise query_error(answer, f"GET {path}")
        value = answer.get("value")
        if not isinstance(value, list):
            raise Retry(f"1С, GET {path}: в ответе нет списка.")
        return as_rows(value)

    async def close(self) -> None:
        """Завершить сеансы разом: брошенный держит лицензию до истечения срока. Зависшая 1С остановки не держит."""
        await asyncio.gather(*(self._finish(headers) for headers in self.leases.finishing()))

    async def _finish(self, headers: Mapping[str, str]) -> None:
        url = f"{self.base}{_ROOT}/?{query_of(_FORMAT)}"
        try:
            await self._http.request("GET", url, intent=Intent.READ, headers=headers, within=_GOODBYE)
        except ExchangerError as error:
            log.warning("сеанс 1С не завершён, лицензия освободится сама", reason=str(error))

    async def _once(self, method: str, url: str, intent: Intent, data: bytes | None, lease: Lease) -> Answer:
        headers = dict(lease.headers)
        if data is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        answer = await self._http.request(method, url, intent=intent, data=data, headers=headers)
        lease.answered(answer.headers)
        return answer
