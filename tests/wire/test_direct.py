from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable, VariableType
from exchanger.wire import Ignored, Response, decode_response
from tests.wire.samples import golden


def _outcome(body: bytes) -> Outcome:
    response = decode_response(body)
    assert isinstance(response, Response)
    assert response.task.id == "bae97aa5"
    return response.outcome


def test_complete_takes_plain_values_and_rest_forms() -> None:
    assert _outcome(golden("predecessor/direct_complete")) == Completed(
        {
            "n": Variable(VariableType.INTEGER, 5),
            "when": Variable(VariableType.DATE, datetime(2023, 12, 31, 21, tzinfo=UTC)),
            "doc": Variable(VariableType.JSON, {"value": 1}),
        },
        {"l": typed("v")},
    )


def test_failure_and_bpmn_error_are_read() -> None:
    expected = Failed("нет связи", "стек", timedelta(seconds=5))
    assert _outcome(golden("predecessor/direct_failure")) == expected
    assert _outcome(golden("predecessor/direct_bpmn_error")) == Refused("DECLINED", "отказ", {"why": typed("дорого")})


@pytest.mark.parametrize(
    ("fields", "retry_in"),
    [
        ({}, None),
        ({"retries": 0, "retry_timeout": 5000}, None),
        ({"retries": 1}, timedelta()),
        ({"retry_timeout": 1500}, timedelta(seconds=1.5)),
    ],
)
def test_a_failure_is_repeated_only_when_the_system_says_so(fields: dict[str, int], retry_in: timedelta | None) -> None:
    outcome = _outcome(json.dumps({"task_id": "bae97aa5", "response_type": "failure", **fields}).encode())
    assert isinstance(outcome, Failed)
    assert outcome.retry_in == retry_in


def test_a_bpmn_error_without_a_code_is_a_failure_for_a_person() -> None:
    outcome = _outcome(b'{"task_id": "bae97aa5", "response_type": "bpmn_error"}')
    assert isinstance(outcome, Failed)
    assert outcome.retry_in is None


def test_an_unknown_kind_of_answer_is_ignored_with_a_reason() -> None:
    ignored = decode_response(b'{"task_id": "t", "response_type": "maybe"}')
    assert ignored == Ignored("вид ответа «maybe» неизвестен", "t")
