import pytest

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
from exchanger.engine.errors import error_of, is_gone
from exchanger.engine.http import NO_JSON, Answer, Call


def own(status: int, message: str | None, *, kind: str = "RestException", code: int | None = 0) -> Answer:
    return Answer(status, {"type": kind, "message": message, "code": code})


STEP_FAILED = own(500, "ENGINE-02004 No outgoing sequence flow", kind="ProcessEngineException")


@pytest.mark.parametrize(
    ("answer", "call", "expected"),
    [
        (own(400, "ENGINE-03043 ExternalTask with id 'X' is suspended."), Call.STEP, Suspended),
        (own(400, "Cannot convert value 'x' of type 'Integer' to java type", code=None), Call.STEP, Reject),
        (own(400, ""), Call.WRITE, Reject),
        (Answer(400), Call.WRITE, Reject),
        (Answer(413), Call.STEP, Reject),
        (Answer(401), Call.READ, SystemPaused),
        (own(403, "no rights", kind="AuthorizationException"), Call.STEP, SystemPaused),
        (own(500, "ENGINE-03005", kind="OptimisticLockingException", code=1), Call.STEP, Retry),
        (own(500, "deadlock", kind="ProcessEnginePersistenceException", code=10000), Call.STEP, Retry),
        (own(500, "too small", kind="ProcessEnginePersistenceException", code=10002), Call.STEP, Reject),
        (own(500, "no connection", kind="CannotCreateTransactionException"), Call.STEP, Retry),
        (STEP_FAILED, Call.STEP, NextStepRefused),
        (own(500, "persistence layer", kind="ProcessEnginePersistenceException", code=0), Call.STEP, DatabaseRefused),
        (own(500, None, kind="NullPointerException", code=None), Call.STEP, NextStepRefused),
        (STEP_FAILED, Call.READ, Retry),
        (STEP_FAILED, Call.WRITE, Retry),
        (STEP_FAILED, Call.CHANGE, Reject),
        (Answer(500), Call.STEP, OutcomeUnknown),
        (Answer(502), Call.WRITE, OutcomeUnknown),
        (Answer(503), Call.STEP, OutcomeUnknown),
        (Answer(504), Call.READ, Retry),
        (Answer(200), Call.STEP, OutcomeUnknown),
        (Answer(200), Call.READ, Retry),
        (Answer(302), Call.STEP, Retry),
        (Answer(429), Call.STEP, Retry),
        (Answer(404), Call.STEP, Retry),
        (Answer(404, {"timestamp": 1, "status": 404, "error": "Not Found", "path": "/"}), Call.STEP, Retry),
        (Answer(404, {"type": "about:blank", "title": "Not Found", "status": 404}), Call.STEP, Retry),
        (own(404, "HTTP 404 Not Found", kind="NotFoundException"), Call.STEP, Retry),
        (own(404, "No matching process definition with key: ten"), Call.CHANGE, Reject),
    ],
)  # fmt: skip
def test_an_answer_becomes_the_error_that_says_what_to_do(
    answer: Answer, call: Call, expected: type[ExchangerError]
) -> None:
    assert type(error_of("main", answer, call)) is expected


@pytest.mark.parametrize(
    ("message", "worker"),
    [
        ("External Task X cannot be completed by worker 'w1'. It is locked by worker 'w2'.", "w2"),
        ("External Task X cannot be completed by worker 'w1'. It is locked by worker 'null'.", None),
        ("The lock of the External Task X cannot be extended by worker 'w1''. It is locked by worker 'w2'.", "w2"),
        ("External Task X cannot be locked by worker 'w1'. It is locked by worker 'w2'.", "w2"),
    ],
)
def test_the_holder_is_read_from_the_refusal(message: str, worker: str | None) -> None:
    error = error_of("main", own(400, message), Call.STEP)

    assert isinstance(error, LockedByOther)
    assert error.worker == worker


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (own(404, "External task with id X1 does not exist"), True),
        (own(404, "HTTP 404 Not Found", kind="NotFoundException"), False),
        (own(404, "External task with id OTHER does not exist"), False),
        (Answer(404), False),
        (Answer(404, {"message": "no Route matched with X1"}), False),
        (own(400, "External task with id X1 does not exist"), False),
    ],
)
def test_only_the_engines_own_words_about_the_task_mean_that_it_is_gone(answer: Answer, *, gone: bool) -> None:
    assert is_gone(answer, "X1") is gone


def test_values_of_variables_never_reach_the_message() -> None:
    answer = own(400, "Cannot convert value 'Иванов' of type 'Integer' to java type java.lang.Integer")

    assert "Иванов" not in str(error_of("main", answer, Call.STEP))


def test_a_page_of_somebody_else_is_not_a_done() -> None:
    assert not Answer(200, NO_JSON).done
    assert Answer(204, NO_JSON).done
    assert Answer(200, []).done
