"""Ошибки портала в том виде, в каком их видит клиент REST."""

from __future__ import annotations

from exchanger.sandbox.bitrix24.faults import FaultKind

NOT_ALLOWED = "1048582"


class RestError(Exception):
    """Отказ портала: код (строка), описание и статус HTTP."""

    def __init__(self, code: str, description: str, status: int = 400) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status


def missing(parameter: str) -> RestError:
    """Обязательный параметр метода не передан."""
    return RestError("100", f"Could not find value for parameter {{{parameter}}}")


def core(text: str) -> RestError:
    """Отказ ядра модуля задач; описание кончается на `<br>`, как на портале."""
    return RestError("ERROR_CORE", f"{text}<br>")


def not_allowed() -> RestError:
    """Действие над задачей запрещено (так же отвечает и на несуществующую задачу)."""
    return RestError(NOT_ALLOWED, "Action on the task is not allowed")


def zero(text: str) -> RestError:
    """Ошибка с кодом `0`."""
    return RestError("0", text)


def unknown_method() -> RestError:
    """Метода с таким именем нет."""
    return RestError("ERROR_METHOD_NOT_FOUND", "Method not found!", 404)


REFUSALS = {
    FaultKind.EXPIRED_TOKEN: RestError("expired_token", "The access token provided has expired.", 401),
    FaultKind.INVALID_CREDENTIALS: RestError("INVALID_CREDENTIALS", "Invalid request credentials", 401),
    FaultKind.INSUFFICIENT_SCOPE: RestError(
        "insufficient_scope", "The request requires higher privileges than provided by the access token", 403
    ),
    FaultKind.OVERLOAD_LIMIT: RestError("OVERLOAD_LIMIT", "REST API is blocked due to overload.", 503),
    FaultKind.QUERY_LIMIT: RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503),
    FaultKind.OPERATION_TIME_LIMIT: RestError(
        "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429
    ),
    FaultKind.ERROR_500_BEFORE: RestError("INTERNAL_SERVER_ERROR", "Internal server error", 500),
    FaultKind.ERROR_500_AFTER: RestError("INTERNAL_SERVER_ERROR", "Internal server error", 500),
}
