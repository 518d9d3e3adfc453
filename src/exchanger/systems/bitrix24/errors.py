"""Отказы портала по тому, что делать: сначала код ошибки, потом статус HTTP (bitrix24.md C.3)."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto
from types import MappingProxyType

from exchanger.connect import Intent
from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.systems.bitrix24 import scopes
from exchanger.systems.bitrix24.envelope import PortalFault

QUERY_LIMIT = "QUERY_LIMIT_EXCEEDED"
OPERATION_LIMIT = "OPERATION_TIME_LIMIT"
ACTION_REFUSED = frozenset({"0", "1048582"})


class Verdict(Enum):
    """Род отказа."""

    THROTTLED = auto()
    PAUSED = auto()
    MAINTENANCE = auto()
    UNKNOWN = auto()
    PERMANENT = auto()


_WEBHOOK = "проверьте вебхук на портале (раздел «Разработчикам»): действует ли он, и обновите BITRIX_WEBHOOK_URL."
_PORTAL_REMEDIES = MappingProxyType(
    {
        "OVERLOAD_LIMIT": "портал закрыл REST вручную за превышение нагрузки: обратитесь в поддержку Битрикс24.",
        "PORTAL_DELETED": "портал удалён или отключён: проверьте адрес в BITRIX_WEBHOOK_URL и состояние портала.",
        "ACCESS_DENIED": "REST недоступен на этом тарифе или владельцу вебхука: проверьте тариф и права.",
        "NO_AUTH_FOUND": _WEBHOOK,
        "INVALID_CREDENTIALS": _WEBHOOK,
        "EXPIRED_TOKEN": "срок вебхука истёк: выпустите новый и обновите BITRIX_WEBHOOK_URL.",
        "INVALID_TOKEN": _WEBHOOK,
        "INVALID_GRANT": _WEBHOOK,
        "AUTHORIZATION_ERROR": _WEBHOOK,
        "INSUFFICIENT_SCOPE": f"добавьте вебхуку право, которого требует метод (Exchanger пользуется {scopes.ALL}).",
        "USER_ACCESS_ERROR": "дайте владельцу вебхука доступ к порталу и к приложению.",
        "PAYMENT_REQUIRED": "продлите тариф портала.",
        "METHOD_CONFIRM_WAITING": "администратор портала должен подтвердить вызов метода.",
        "METHOD_CONFIRM_DENIED": "администратор портала запретил метод: снимите запрет.",
        "INVALID_REQUEST": "портал требует https: исправьте BITRIX_WEBHOOK_URL.",
    }
)
_REVOKED = frozenset({"INVALID_CREDENTIALS", "NO_AUTH_FOUND", "EXPIRED_TOKEN", "INVALID_TOKEN", "AUTHORIZATION_ERROR"})
_UNAUTHORIZED = 401
_FOREIGN_PORTAL = "портал не понимает запрос к задачам: обновите модуль задач, затем exchanger doctor."
_RIGHTS = frozenset({"INSUFFICIENT_SCOPE", "ACCESS_DENIED"})
_UNKNOWN = frozenset({"INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"})
_PERMANENT = frozenset(
    {"100", "0", "1048582", "ERROR_CORE", "ERROR_ARGUMENT", "ERROR_METHOD_NOT_FOUND", "WRONG_ENCODING",
     "ERROR_MANIFEST_IS_NOT_AVAILABLE"}
)  # fmt: skip
_BY_STATUS = MappingProxyType(
    {401: Verdict.PAUSED, 403: Verdict.PAUSED, 429: Verdict.THROTTLED, 503: Verdict.MAINTENANCE}
)
_SERVER_ERRORS = 500
_CLIENT_ERRORS = 400
_NOT_FOUND = 404


def verdict(fault: PortalFault) -> Verdict:
    """Род отказа: по коду ошибки, а если он незнаком — по статусу."""
    code = fault.code.upper()
    if code in {QUERY_LIMIT, OPERATION_LIMIT}:
        return Verdict.THROTTLED
    if code in _PORTAL_REMEDIES:
        return Verdict.PAUSED
    if code in _UNKNOWN:
        return Verdict.UNKNOWN
    if (code in _PERMANENT or code.startswith("ERROR_BATCH_")) and fault.status < _SERVER_ERRORS:
        return Verdict.PERMANENT  # with a 5xx ("SQL query error!") the request may have been half done
    return _by_status(fault)


def _by_status(fault: PortalFault) -> Verdict:
    if fault.code and fault.status == 503:  # noqa: PLR2004 - maintenance speaks HTML; an unknown code is a verdict unknown
        return Verdict.UNKNOWN
    known = _BY_STATUS.get(fault.status)
    if known is not None:
        return known
    if not fault.code and fault.status == _NOT_FOUND:
        return Verdict.PAUSED  # the portal itself names the method it doesn't know; a bare 404 is a wrong address
    if fault.code:
        return Verdict.UNKNOWN if fault.status >= _SERVER_ERRORS else Verdict.PERMANENT
    return Verdict.PERMANENT if _CLIENT_ERRORS <= fault.status < _SERVER_ERRORS else Verdict.UNKNOWN


def to_error(fault: PortalFault, method: str, intent: Intent) -> ExchangerError:
    """Ошибка для вызвавшего."""
    said = _said(fault, method)
    match verdict(fault):
        case Verdict.THROTTLED:
            return Retry(f"{said} Запрос не выполнен: портал ограничил частоту.", after=fault.after)
        case Verdict.PAUSED:
            return SystemPaused(said, remedy=_PORTAL_REMEDIES.get(fault.code.upper(), _WEBHOOK), after=fault.after)
        case Verdict.MAINTENANCE if intent is not Intent.CREATE:
            return SystemPaused(f"{said} Портал на обслуживании.", remedy="подождите.", after=fault.after)
        case Verdict.PERMANENT:
            return Reject(said, remedy="исправьте то, что назвал портал, и повторите задачу.")
    if intent is Intent.CREATE:
        return OutcomeUnknown(f"{said} Выполнен ли запрос, неизвестно.")
    return Retry(said, after=fault.after)


def query_error(fault: PortalFault, method: str) -> ExchangerError:
    """Отказ на наш собственный постоянный запрос: дело в портале, а не в задаче, поэтому это пауза, а не инциденты."""
    error = to_error(fault, method, Intent.READ)
    if isinstance(error, Reject):
        return SystemPaused(str(error).partition(" Что делать:")[0], remedy=_FOREIGN_PORTAL)
    return error


def lacks_rights(fault: PortalFault) -> bool:
    """Вебхуку не разрешён именно этот метод."""
    return fault.code.upper() in _RIGHTS


def is_revoked(fault: PortalFault) -> bool:
    """Портал не принял код вебхука: запрос не выполнен."""
    return fault.code.upper() in _REVOKED or (not fault.code and fault.status == _UNAUTHORIZED)


def throttled(method: str, left: timedelta) -> Retry:
    """Метод заперт порталом: запрос не отправлялся."""
    return Retry(f"Битрикс24, {method}: портал запер метод за долгую работу, запрос не отправлен.", after=left)


def _said(fault: PortalFault, method: str) -> str:
    mark = f"[{fault.code}]" if fault.code else f"[HTTP {fault.status}]"
    return f"Битрикс24, {method}: {fault.text.rstrip('.') or 'отказ без объяснения'} {mark}."
