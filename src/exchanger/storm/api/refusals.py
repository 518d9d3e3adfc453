"""Отказы StormBPMN: у каждого кода свой текст, род ошибки и совет."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus

from exchanger.connect import Answer
from exchanger.domain.errors import ExchangerError, Reject, Retry, SystemPaused
from exchanger.storm.api.budget import RETRY_AFTER
from exchanger.telemetry.redact import redact

_SERVER_ERRORS = 500
_FAILURES = 400
_LONGEST_WORDS = 200


def refusal(answer: Answer, what: str, credential: str) -> ExchangerError | None:
    """Ошибка по коду ответа; None — ответ удачный. `what` — что спрашивали, `credential` — имя настройки ключа."""
    status = answer.status
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    said = _said(answer)
    if status == HTTPStatus.UNAUTHORIZED:
        return SystemPaused(f"StormBPMN не узнал нас (401), {what}{said}.", remedy=_expired(credential))
    if status == HTTPStatus.FORBIDDEN:
        return Reject(
            f"StormBPMN не пускает (403), {what}{said}.",
            remedy=f"дайте владельцу {credential} доступ к этому в StormBPMN; если не пускает никуда, узнайте в его "
            "поддержке, не заблокирована ли учётная запись.",
        )
    if status == HTTPStatus.NOT_FOUND:
        return Reject(
            f"В StormBPMN этого нет (404), {what}{said}.",
            remedy="проверьте id диаграммы (exchanger sync list) и адрес STORMBPMN_BASE_URL.",
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return SystemPaused(
            f"StormBPMN отказал: слишком много запросов (429), {what}{said}.",
            after=_after(answer),
            remedy="подождите минуту; если повторится, кто-то ещё ходит с этим ключом: уменьшите "
            "STORMBPMN_REQUESTS_PER_MINUTE.",
        )
    return _other(status, f"{what}{said}")


def not_json(what: str, body: bytes) -> Retry:
    """Удачный ответ, который не JSON: страница посредника, страница входа или оборванное тело."""
    page = body.lstrip()[:1] == b"<"
    return Retry(
        f"StormBPMN ответил {'страницей' if page else 'оборванным JSON'} вместо данных, {what}.",
        remedy="проверьте STORMBPMN_BASE_URL: нужен адрес сервера без пути; если он верен, повторите позже.",
    )


def _other(status: int, what: str) -> ExchangerError:
    if status < _FAILURES:
        return Reject(
            f"StormBPMN отсылает на другой адрес ({status}), {what}.",
            remedy="укажите в STORMBPMN_BASE_URL адрес, который открывается без переадресации.",
        )
    if status >= _SERVER_ERRORS or status == HTTPStatus.REQUEST_TIMEOUT:
        return Retry(f"У StormBPMN сбой ({status}), {what}.", remedy="повторите позже.")
    return Reject(
        f"StormBPMN отказал ({status}), {what}.", remedy="проверьте настройки STORMBPMN_* и версию StormBPMN."
    )


def _expired(credential: str) -> str:
    if credential == "STORMBPMN_BEARER_TOKEN":
        return "токен из браузера живёт недолго: войдите в StormBPMN и скопируйте новый в STORMBPMN_BEARER_TOKEN."
    return f"проверьте ключ в {credential}: действует ли он и той ли он команды."


def _said(answer: Answer) -> str:
    """The message of the answer's JSON, cut and without secrets; other bodies are pages nobody needs."""
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    words = content.get("message") if isinstance(content, dict) else None
    if not isinstance(words, str) or not words.strip():
        return ""
    return f": «{redact(' '.join(words.split()))[:_LONGEST_WORDS]}»"


def _after(answer: Answer) -> timedelta | None:
    value = answer.headers.get(RETRY_AFTER, "")
    return timedelta(seconds=int(value)) if value.isdecimal() else None
