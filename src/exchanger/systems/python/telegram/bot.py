"""Клиент Bot API. Каждый отказ говорит, ушло ли сообщение."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from exchanger.connect import Answer, Finding, Http, Intent, Severity
from exchanger.domain.errors import BusinessError, ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.systems.python.telegram.note import Note

REFUSED = "TELEGRAM_REFUSED"
"""Код BPMN-ошибки: чата нет, бот заблокирован или не может писать."""

_OK, _BAD, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _MANY, _BROKEN = 200, 400, 401, 403, 404, 429, 500
_WAIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class TelegramOptions:
    """Бот: ключ, чат по умолчанию, адрес Bot API, секунды на ответ."""

    token: str = field(repr=False)
    chat: str | None = None
    api: str = "https://api.telegram.org"
    timeout: float = 30.0


class Bot:
    """Бот."""

    def __init__(self, options: TelegramOptions, http: Http) -> None:
        self._options = options
        self._http = http

    async def send(self, note: Note, parts: Sequence[str]) -> int:
        """Отправить части по порядку; номер последнего сообщения. Неудача после первой — `OutcomeUnknown`."""
        chat = note.chat or self._options.chat
        if not chat:
            raise Reject("Чат Telegram не назван.", remedy="укажите chat в диаграмме или TELEGRAM_CHAT_ID.")
        number = 0
        for sent, text in enumerate(parts):
            try:
                number = await self._message(chat, note, text)
            except ExchangerError as error:
                if sent == 0:
                    raise
                raise OutcomeUnknown(f"отправлено частей: {sent} из {len(parts)}; {error}") from None
        return number

    async def check(self) -> list[Finding]:
        """Спросить, кто мы."""
        try:
            answer = await self._http.request("GET", self._url("getMe"), intent=Intent.READ)
            self._result(answer)
        except ExchangerError as error:
            return [Finding(Severity.ERROR, f"Telegram: {error}", error.remedy)]
        return [Finding(Severity.OK, "Telegram: ключ бота действует")]

    async def _message(self, chat: str, note: Note, text: str) -> int:
        body: dict[str, object] = {"chat_id": chat, "text": text}
        if note.format == "html":
            body["parse_mode"] = "HTML"
        if note.silent:
            body["disable_notification"] = True
        answer = await self._post(body)
        moved = _described(answer).get("parameters", {}).get("migrate_to_chat_id")
        if moved is not None:  # the group became a supergroup; nothing was sent
            answer = await self._post({**body, "chat_id": moved})
        return int(self._result(answer)["message_id"])

    async def _post(self, body: Mapping[str, object]) -> Answer:
        return await self._http.request("POST", self._url("sendMessage"), intent=Intent.CREATE, json=body)

    def _url(self, method: str) -> str:
        return f"{self._options.api.rstrip('/')}/bot{self._options.token}/{method}"

    def _result(self, answer: Answer) -> Mapping[str, Any]:
        described = _described(answer)
        result = described.get("result")
        if answer.status == _OK and described.get("ok") is True and isinstance(result, dict):
            return result
        raise _error(answer.status, described)


def _described(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _error(status: int, described: Mapping[str, Any]) -> ExchangerError:
    said = str(described.get("description") or f"код {status}")
    if status == _MANY:
        seconds = described.get("parameters", {}).get("retry_after")
        wait = timedelta(seconds=seconds) if isinstance(seconds, int | float) else _WAIT
        return SystemPaused(f"Telegram просит подождать {wait.total_seconds():g} с.", after=wait)
    if status in {_UNAUTHORIZED, _NOT_FOUND} and described:
        return SystemPaused(
            f"Telegram не принимает ключ бота ({said}).",
            remedy="проверьте TELEGRAM_BOT_TOKEN; работа продолжится сама.",
        )
    if status == _FORBIDDEN or (status == _BAD and "chat" in said.lower()):
        return BusinessError(REFUSED, f"Telegram отказал: {said}.")
    if status == _BAD:
        return Reject(f"Telegram не принял сообщение: {said}.")
    if status >= _BROKEN or status == _OK:
        return OutcomeUnknown(f"Telegram ответил непонятно (код {status})")
    return Retry(f"Telegram не выполнил запрос: {said}.")
