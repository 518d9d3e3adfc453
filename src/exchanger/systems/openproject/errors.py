"""Отказы по тому, что делать вызвавшему (openproject.md 1.5)."""

from __future__ import annotations

from enum import Enum, auto
from types import MappingProxyType

from exchanger.connect import Intent
from exchanger.domain.errors import BusinessError, ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.systems.openproject.answers import Fault

REJECTED = "OPENPROJECT_REJECTED"
"""Код BPMN-ошибки: OpenProject не принял содержание задачи."""

CONFLICT = 409
INVALID = 422
NOT_FOUND = 404

_REQUEST_TIMEOUT = 408
_SERVER_ERRORS = 500
_NOT_OURS = frozenset({401, 403, 404, 407})
_GATEWAY = frozenset({502, 503, 504})
_SUCCESS_OR_MOVED = range(200, 400)
_MULTIPLE_CHOICES = 300
_ADDRESS = "проверьте OPENPROJECT_API_URL и посредника перед OpenProject: отвечает не API."
_KEY = "проверьте ключ или приложение OAuth (оно должно быть привязано к человеку) и права этого человека."


class Verdict(Enum):
    """Род отказа."""

    THROTTLED = auto()
    UNAUTHENTICATED = auto()
    ELSEWHERE = auto()
    UNKNOWN = auto()
    PERMANENT = auto()


_BY_KIND = MappingProxyType(
    {
        "TooManyRequests": Verdict.THROTTLED,
        "Throttled": Verdict.THROTTLED,
        "Unauthenticated": Verdict.UNAUTHENTICATED,
        "InternalServerError": Verdict.UNKNOWN,
    }
)
_BY_STATUS = MappingProxyType({401: Verdict.UNAUTHENTICATED, 429: Verdict.THROTTLED})


def verdict(fault: Fault) -> Verdict:
    """Род отказа. ELSEWHERE — ответил не API и запрос не исполнен; UNKNOWN — исполнен ли, неизвестно."""
    known = _BY_KIND.get(fault.kind) or _BY_STATUS.get(fault.status)
    if known is not None:
        return known
    if fault.status >= _SERVER_ERRORS or fault.status == _REQUEST_TIMEOUT or fault.status < _MULTIPLE_CHOICES:
        return Verdict.UNKNOWN
    if not fault.kind and (fault.status in _NOT_OURS or fault.status in _SUCCESS_OR_MOVED):
        return Verdict.ELSEWHERE
    return Verdict.PERMANENT


def to_error(fault: Fault, what: str, intent: Intent) -> ExchangerError:
    """Ошибка для вызвавшего."""
    said = said_of(fault, what)
    match verdict(fault):
        case Verdict.THROTTLED:
            return Retry(f"{said} Запрос не выполнен: слишком часто.", after=fault.after)
        case Verdict.UNAUTHENTICATED:
            return SystemPaused(f"{said} Вход не принят.", remedy=_KEY)
        case Verdict.ELSEWHERE:
            return SystemPaused(said, remedy=_ADDRESS)
        case Verdict.PERMANENT if fault.status == CONFLICT:
            return Retry(f"{said} Запись тем временем изменилась.")
        case Verdict.PERMANENT:
            return Reject(said, remedy="исправьте то, что назвал OpenProject, и повторите задачу.")
    if intent is Intent.CREATE:
        return OutcomeUnknown(f"{said} Выполнен ли запрос, неизвестно.")
    if fault.status < _MULTIPLE_CHOICES:
        return SystemPaused(said, remedy=_ADDRESS)  # a page of somebody between us, such as a sign-in
    if fault.status in _GATEWAY:
        return SystemPaused(
            f"{said} OpenProject недоступен или на обслуживании.", remedy="подождите.", after=fault.after
        )
    return Retry(said, after=fault.after)


def refused_creation(fault: Fault, what: str) -> ExchangerError:
    """Отказ на создание: содержание — предметная ошибка (диаграмма может её поймать), прочее — как обычно."""
    if fault.status == INVALID:
        return BusinessError(REJECTED, said_of(fault, what), remedy="исправьте значения, названные OpenProject.")
    return to_error(fault, what, Intent.CREATE)


def query_error(fault: Fault, what: str) -> ExchangerError:
    """Отказ на наш постоянный запрос: дело в экземпляре или правах, а не в задаче, поэтому это пауза."""
    error = to_error(fault, what, Intent.READ)
    if isinstance(error, Reject):
        return SystemPaused(said_of(fault, what), remedy="проверьте права и настройки (exchanger doctor).")
    return error


def said_of(fault: Fault, what: str) -> str:
    """Что ответил OpenProject: слова для человека, вид и атрибуты — для поиска."""
    mark = fault.kind or f"HTTP {fault.status}"
    named = f": {', '.join(fault.attributes)}" if fault.attributes else ""
    return f"OpenProject, {what}: {fault.text.rstrip('.') or 'отказ без объяснения'} [{mark}{named}]."
