"""Ответы движка → ошибки предметной области, по поведению (Camunda 7.24, Operaton 1.0: проверено на обоих)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from exchanger.domain.errors import (
    DatabaseRefused,
    ExchangerError,
    LockedByOther,
    NextStepRefused,
    OutcomeUnknown,
    Reject,
    Retry,
    Suspended,
    SystemPaused,
)
from exchanger.engine.http import Answer, Call

_OPTIMISTIC_LOCKING = 1
_DEADLOCK = 10_000
_COLUMN_TOO_SMALL = 10_002
# Spring's errors when the engine has lost its database: nothing was done, and the next step is not to blame.
_NO_DATABASE = frozenset({"CannotCreateTransactionException", "CannotGetJdbcConnectionException"})
_PERSISTENCE = "ProcessEnginePersistenceException"  # no code, no cause: a lock waited for too long, or a constraint
_NO_ENTRY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED})
_BAD_REQUEST = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.REQUEST_URI_TOO_LONG,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    }
)
# "It is" matters: the refusal of `lock` begins with "cannot be locked by worker '<us>'".
_LOCKED_BY = re.compile(r"It is locked by worker '(.*?)'")
_SUSPENDED = re.compile(r" is suspended\b")
_VALUE = re.compile(r"(Cannot convert value ').*(' of type)", re.DOTALL)
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """Ошибка, которую написал сам движок."""

    kind: str
    message: str
    code: int | None


def verdict(answer: Answer) -> Verdict | None:
    """Тело ошибки движка `{type, message, code}`; None — ответил не он (страница посредника) или ответ испорчен."""
    body = answer.body
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        return None
    message, code = body.get("message"), body.get("code")
    if "message" not in body or not isinstance(message, str | None):
        return None
    return Verdict(body["type"], message or "", code if isinstance(code, int) else None)


def is_gone(answer: Answer, entity_id: str) -> bool:
    """Собственный 404 движка об этом предмете; чужой 404 и «нет такого адреса» самого движка id не называют."""
    own = verdict(answer)
    return answer.status == HTTPStatus.NOT_FOUND and own is not None and entity_id in own.message


def error_of(engine: str, answer: Answer, call: Call) -> ExchangerError:
    """Ошибка, которую должен увидеть вызвавший."""
    if answer.status in _NO_ENTRY:
        return SystemPaused(
            f"Движок «{engine}» не пускает: HTTP {answer.status}.",
            remedy="проверьте имя, пароль и права пользователя движка; работа продолжится сама.",
        )
    own = verdict(answer)
    if own is None or own.kind == "NotFoundException":  # the latter: the REST API has no such address
        return _foreign(engine, answer, call)
    if answer.status == HTTPStatus.BAD_REQUEST:
        return _refused(engine, own)
    if answer.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _failed(engine, own, call)
    if answer.status == HTTPStatus.NOT_FOUND:
        return Reject(f"Движок «{engine}» не нашёл: {_said(own)}.", remedy="проверьте адрес движка, тенант и версию.")
    return _foreign(engine, answer, call)


def _refused(engine: str, own: Verdict) -> ExchangerError:
    locked = _LOCKED_BY.search(own.message)
    if locked is not None:
        worker = None if locked[1] == "null" else locked[1]
        holder = f"держит работник «{worker}»" if worker is not None else "не держит никто"
        return LockedByOther(f"Движок «{engine}»: задачу {holder}.", worker=worker)
    if _SUSPENDED.search(own.message):
        return Suspended(f"Движок «{engine}»: процесс задачи приостановлен.")
    return Reject(f"Движок «{engine}» отказал: {_said(own)}.")


def _failed(engine: str, own: Verdict, call: Call) -> ExchangerError:
    if own.code in {_OPTIMISTIC_LOCKING, _DEADLOCK} or own.kind == "OptimisticLockingException":
        return Retry(f"Движок «{engine}»: одновременное изменение процесса ({own.kind}).")
    if own.code == _COLUMN_TOO_SMALL:
        return Reject(f"Движок «{engine}»: значение не помещается в базу ({_said(own)}).")
    if call is Call.STEP and own.kind not in _NO_DATABASE:
        refused = DatabaseRefused if own.kind == _PERSISTENCE else NextStepRefused
        return refused(f"Движок «{engine}» не выполнил следующий шаг процесса: {_said(own)}.")
    if call is Call.CHANGE and own.kind not in _NO_DATABASE:
        return Reject(f"Движок «{engine}» отказал: {_said(own)}.")
    return Retry(f"Движок «{engine}»: внутренняя ошибка ({_said(own)}).")


def _foreign(engine: str, answer: Answer, call: Call) -> ExchangerError:
    text = f"Движок «{engine}»: HTTP {answer.status}, ответ не похож на ответ движка."
    if answer.status in _BAD_REQUEST:
        return Reject(text, remedy="посмотрите журналы движка и посредника перед ним.")
    if call is not Call.READ and (
        answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status < HTTPStatus.MULTIPLE_CHOICES
    ):
        return OutcomeUnknown(text)
    return Retry(text, remedy="проверьте адрес движка и посредника перед ним; работа продолжится сама.")


def _said(own: Verdict) -> str:
    # The engine repeats a value that it can't convert; values may be personal data.
    message = _VALUE.sub(r"\1…\2", own.message).rstrip(". ")
    return f"{own.kind}: {message[:_LONGEST]}"
