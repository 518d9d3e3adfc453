"""Отказы базы по тому, что делать вызвавшему. Решают коды, слова — только где иного нет."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from exchanger.connect import Intent
from exchanger.domain.errors import BusinessError, ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused

REFUSED = "ONEC_REFUSED"
"""Код BPMN-ошибки: обработчик конфигурации отказал (не заполнено обязательное, запрет даты, не проведён)."""

_TOO_MANY = 429
_TIMEOUT = 408
_MOVED = 300
_SERVER_ERRORS = 500
_LOGIN = frozenset({401, 407})
_ADDRESS = "проверьте ONEC_WEB_SERVICE_URL, ONEC_DATABASE, публикацию базы и посредников: отвечает не 1С."
_LOGIN_REMEDY = "проверьте ONEC_USERNAME и пароль (логин с кириллицей шлётся в UTF-8)."
_RIGHTS = "дайте пользователю Exchanger права на этот набор и повторите инцидент."
_SET = "включите набор в состав стандартного интерфейса OData (или исправьте имя) и повторите инцидент."


class Meaning(Enum):
    """Что ответила 1С; FOREIGN — ответила не она, а публикация, веб-сервер или посредник."""

    FOREIGN = auto()
    DENIED = auto()
    NO_SET = auto()
    NO_OBJECT = auto()
    EXISTS = auto()
    INVALID = auto()
    REFUSED = auto()
    BUSY = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """Отказ: код HTTP, смысл, слова 1С (до 500 знаков), сколько просили подождать."""

    status: int
    meaning: Meaning
    text: str
    code: str = ""
    after: timedelta | None = None


def to_error(fault: Fault, what: str, intent: Intent) -> ExchangerError:
    """Ошибка для вызвавшего; `what` — какой запрос отвергнут."""
    said = said_of(fault, what)
    match fault.meaning:
        case Meaning.FOREIGN:
            return _foreign(fault, said, intent)
        case Meaning.BUSY:
            return Retry(f"{said} Данные заняты, запись отменена.", after=fault.after)
        case Meaning.FAILED:
            if intent is Intent.CREATE:
                return OutcomeUnknown(f"{said} Выполнен ли запрос, неизвестно.")
            return Retry(said, after=fault.after)
        case Meaning.REFUSED:
            return BusinessError(REFUSED, said, remedy="исправьте то, что назвала 1С, и повторите.")
        case Meaning.DENIED:
            return Reject(said, remedy=_RIGHTS)
        case Meaning.NO_SET:
            return Reject(said, remedy=_SET)
    return Reject(said, remedy="исправьте то, что назвала 1С, и повторите инцидент.")


def query_error(fault: Fault, what: str) -> ExchangerError:
    """Отказ на наш постоянный запрос: дело в базе, правах или публикации, а не в заявке, поэтому это пауза."""
    error = to_error(fault, what, Intent.READ)
    if isinstance(error, Reject | BusinessError):
        return SystemPaused(said_of(fault, what), remedy="проверьте права и настройки (exchanger doctor).")
    return error


def said_of(fault: Fault, what: str) -> str:
    """Слова отказа."""
    code = f", код {fault.code}" if fault.code else ""
    return f"1С, {what}: HTTP {fault.status}{code}. {fault.text}".rstrip(". ") + "."


def _foreign(fault: Fault, said: str, intent: Intent) -> ExchangerError:
    if fault.status == _TOO_MANY:
        return Retry(f"{said} Запрос не выполнен: слишком часто.", after=fault.after)
    if fault.status in _LOGIN:
        return SystemPaused(f"{said} Вход не принят.", remedy=_LOGIN_REMEDY)
    unclear = fault.status < _MOVED or fault.status >= _SERVER_ERRORS or fault.status == _TIMEOUT
    if unclear and intent is Intent.CREATE:
        return OutcomeUnknown(f"{said} Выполнен ли запрос, неизвестно.")
    if fault.status >= _SERVER_ERRORS or fault.status == _TIMEOUT:
        return SystemPaused(f"{said} 1С недоступна или на обслуживании.", remedy="подождите.", after=fault.after)
    return SystemPaused(said, remedy=_ADDRESS)
