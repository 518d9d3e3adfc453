"""The table of refusals (bitrix24.md C.3): by the code first, then by the status."""

from __future__ import annotations

import json

import pytest

from exchanger.connect import Answer, Intent
from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.systems.bitrix24.envelope import PortalFault, read_answer
from exchanger.systems.bitrix24.errors import to_error

U, R, J, P = OutcomeUnknown, Retry, Reject, SystemPaused

TABLE: list[tuple[int, str | int | None, type[ExchangerError], type[ExchangerError]]] = [
    # status, error code (None - a page instead of JSON), while reading, while creating
    (503, "QUERY_LIMIT_EXCEEDED", R, R),
    (429, "OPERATION_TIME_LIMIT", R, R),
    (429, None, R, R),
    (500, "INTERNAL_SERVER_ERROR", R, U),
    (500, "ERROR_UNEXPECTED_ANSWER", R, U),
    (500, "ERROR_CORE", R, U),  # "SQL query error!"
    (500, None, R, U),
    (502, None, R, U),
    (504, None, R, U),
    (200, None, R, U),
    (503, None, P, U),
    (503, "OVERLOAD_LIMIT", P, P),
    (500, "PORTAL_DELETED", P, P),
    (403, "PORTAL_DELETED", P, P),
    (410, "PORTAL_DELETED", P, P),
    (403, "ACCESS_DENIED", P, P),
    (401, "NO_AUTH_FOUND", P, P),
    (401, "INVALID_CREDENTIALS", P, P),
    (403, "INVALID_CREDENTIALS", P, P),
    (401, "expired_token", P, P),
    (403, "insufficient_scope", P, P),
    (403, "user_access_error", P, P),
    (402, "PAYMENT_REQUIRED", P, P),
    (401, "METHOD_CONFIRM_WAITING", P, P),
    (403, "METHOD_CONFIRM_DENIED", P, P),
    (400, "INVALID_REQUEST", P, P),
    (401, None, P, P),
    (403, None, P, P),
    (404, None, P, P),
    (400, "100", J, J),
    (400, 100, J, J),
    (400, "0", J, J),
    (400, 0, J, J),
    (400, "1048582", J, J),
    (400, "ERROR_CORE", J, J),
    (400, "ERROR_ARGUMENT", J, J),
    (404, "ERROR_METHOD_NOT_FOUND", J, J),
    (400, "ERROR_BATCH_LENGTH_EXCEEDED", J, J),
    (400, "WRONG_ENCODING", J, J),
    (400, "SOMETHING_NEW", J, J),
    (500, "SOMETHING_NEW", R, U),
    (503, "SOMETHING_NEW", R, U),
]


def fault(status: int, code: str | int | None) -> PortalFault:
    page = b"<html>...</html>"
    body = page if code is None else json.dumps({"error": code, "error_description": "Не вышло<br>"}).encode()
    read = read_answer(Answer(status, {}, body))
    assert isinstance(read, PortalFault)
    return read


@pytest.mark.parametrize(("status", "code", "reading", "creating"), TABLE)
def test_a_refusal_says_what_to_do(
    status: int, code: str | int | None, reading: type[ExchangerError], creating: type[ExchangerError]
) -> None:
    assert type(to_error(fault(status, code), "tasks.task.list", Intent.READ)) is reading
    assert type(to_error(fault(status, code), "tasks.task.renew", Intent.IDEMPOTENT)) is reading
    assert type(to_error(fault(status, code), "tasks.task.add", Intent.CREATE)) is creating


@pytest.mark.parametrize(("status", "code"), [row[:2] for row in TABLE])
def test_a_refusal_names_the_method_and_a_pause_or_a_reject_names_the_remedy(
    status: int, code: str | int | None
) -> None:
    error = to_error(fault(status, code), "tasks.task.add", Intent.CREATE)
    assert "tasks.task.add" in str(error)
    assert "<br>" not in str(error)
    if isinstance(error, Reject | SystemPaused):
        assert error.remedy
