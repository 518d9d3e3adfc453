"""Вызовы REST портала: адрес, тело JSON, темп, разбор ответа. Код вебхука наружу не выходит."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from exchanger.connect import Answer, Http, Intent
from exchanger.domain.errors import SystemPaused
from exchanger.domain.policy import Backoff
from exchanger.ports import Clock
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault, Spent, read_answer
from exchanger.systems.bitrix24.errors import (
    OPERATION_LIMIT,
    Verdict,
    is_revoked,
    lacks_rights,
    throttled,
    to_error,
    verdict,
)
from exchanger.systems.bitrix24.pace import Gate, Operating, PortalClock
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.bitrix24.webhooks import Webhooks
from exchanger.telemetry.log import log

_THROTTLED_TRIES = 3
_V3_SCOPES = "rest.scope.list"
_REDIRECTS = frozenset({301, 302, 307, 308})


class BitrixApi:
    """Клиент REST v2 одного портала."""

    def __init__(self, options: BitrixOptions, http: Http, clock: Clock) -> None:
        self._create_within = options.create_timeout
        self._http = http
        self._clock = clock
        self.webhooks = Webhooks(options)
        self._gate = Gate(clock, Backoff(timedelta(seconds=1), 2.0, timedelta(seconds=60)))
        self._operating = Operating(options.operating_limit)
        self.time = PortalClock(clock)

    @property
    def origin(self) -> str:
        """Адрес портала без пути."""
        return self.webhooks.current.origin

    async def call(self, method: str, params: object, *, intent: Intent) -> Envelope:
        """Выполнить метод; ошибки — domain.errors по смыслу отказа."""
        answer = await self.ask(method, params, intent=intent)
        if isinstance(answer, PortalFault):
            raise to_error(answer, method, intent)
        return answer

    async def ask(self, method: str, params: object, *, intent: Intent) -> Envelope | PortalFault:
        """Выполнить метод; отказ по существу или по правам на этот метод вернуть, остальное бросить."""
        throttled_left, tried = _THROTTLED_TRIES - 1, set[str]()
        while True:
            used = self.webhooks.current
            answer = await self._once(method, params, intent)
            if isinstance(answer, Envelope):
                return answer
            kind = verdict(answer)
            if kind is Verdict.THROTTLED and self._throttled(method, answer) and throttled_left:
                throttled_left -= 1
            elif kind is Verdict.PERMANENT or lacks_rights(answer):
                return answer
            elif not (is_revoked(answer) and self.webhooks.another(used, tried)):
                raise to_error(answer, method, intent)

    async def has_v3(self) -> bool:
        """Отвечает ли портал на REST v3. Exchanger работает через v2: это только сведения для самопроверки."""
        await self._gate.passed()
        url = self.webhooks.current.url_v3(_V3_SCOPES)
        answer = read_answer(await self._http.request("POST", url, intent=Intent.READ, json={}))
        return isinstance(answer, Envelope) or lacks_rights(answer)

    def spent(self, method: str, spent: Spent) -> None:
        """Учесть время метода, выполненного внутри пакета."""
        self._operating.note(method, spent)

    def busiest(self) -> tuple[str, float, float] | None:
        """Метод ближе всех к пределу, его секунды за десять минут и сам предел; None — портал их не назвал."""
        found = self._operating.busiest()
        return None if found is None else (*found, self._operating.limit)

    def block(self, method: str, fault: PortalFault) -> None:
        """Портал запер метод за долгую работу: не звать его до сброса счёта."""
        self._operating.block(method, fault.spent.reset_at, self.time.now())

    async def _once(self, method: str, params: object, intent: Intent) -> Envelope | PortalFault:
        await self._admitted(method)
        sent = self._clock.now()
        answer = await self._post(method, params, intent)
        if answer.status in _REDIRECTS:
            answer = await self._moved(answer, method, params, intent)
        read = read_answer(answer)
        self.time.note(read.spent.started, sent)
        self._operating.note(method, read.spent)
        if isinstance(read, Envelope):
            self._gate.accepted()
        return read

    async def _admitted(self, method: str) -> None:
        left = self._operating.left(method, self.time.now())
        if left > timedelta():
            raise throttled(method, left)
        pause = self._operating.pause(method)
        if pause:
            await self._clock.sleep(pause)
        await self._gate.passed()

    async def _post(self, method: str, params: object, intent: Intent) -> Answer:
        within = self._create_within if intent is Intent.CREATE else None
        return await self._http.request(
            "POST", self.webhooks.current.url(method), intent=intent, json=params, within=within
        )

    async def _moved(self, answer: Answer, method: str, params: object, intent: Intent) -> Answer:
        """Смена домена портала: повторить запрос на новом адресе один раз и запомнить его до перезапуска."""
        moved = self.webhooks.current.moved(answer.headers.get("Location", ""))
        if moved is not None:
            log.warning("портал переехал: исправьте BITRIX_WEBHOOK_URL", old=self.origin, new=moved.origin)
            self.webhooks.move(moved.origin)
            answer = await self._post(method, params, intent)
        if answer.status in _REDIRECTS:
            host = urlsplit(answer.headers.get("Location", "")).hostname or "неизвестный адрес"
            raise SystemPaused(
                f"Битрикс24, {method}: портал переадресует на {host}.",
                remedy="проверьте адрес портала и обновите BITRIX_WEBHOOK_URL.",
            )
        return answer

    def _throttled(self, method: str, fault: PortalFault) -> bool:
        """Отступить; True — можно повторить на месте."""
        if fault.code.upper() == OPERATION_LIMIT:
            self.block(method, fault)
            raise throttled(method, self._operating.left(method, self.time.now()))
        self._gate.refused(fault.after)
        return True
