from __future__ import annotations

import json

import pytest

from exchanger.domain.errors import DeadLetter
from exchanger.domain.outcome import Completed
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable, VariableType
from exchanger.wire import Ignored, Receipt, Response, decode_receipt, decode_response, encode_response
from tests.wire.samples import (
    CALL,
    COMPLETED,
    FAILED,
    NOW,
    ORDER,
    REFUSED,
    RESPONSES,
    golden,
    golden_json,
)


@pytest.mark.parametrize("name", RESPONSES)
def test_our_response_is_written_as_the_golden_file_says(name: str) -> None:
    message = encode_response(RESPONSES[name], now=NOW)
    assert json.loads(message.body) == golden_json(f"ours/{name}")


@pytest.mark.parametrize("name", RESPONSES)
def test_our_response_is_read_back_without_loss(name: str) -> None:
    assert decode_response(golden(f"ours/{name}")) == RESPONSES[name]


@pytest.mark.parametrize(
    ("response", "status"),
    [(COMPLETED, "completed_by_tracker"), (CALL, "completed"), (FAILED, "failed"), (REFUSED, "refused")],
)
def test_the_status_says_who_finished_and_how(response: Response, status: str) -> None:
    assert json.loads(encode_response(response, now=NOW).body)["processing_status"] == status


def test_c2_variables_seen_at_fetch_never_come_back_with_an_answer() -> None:
    # Given
    response = Response(ORDER, Completed({"a": typed("ok")}), NOW)
    # When
    body = encode_response(response, now=NOW).body
    # Then
    assert "startedBy" in ORDER.variables
    assert b"startedBy" not in body
    read = decode_response(body)
    assert isinstance(read, Response)
    assert read.outcome == Completed({"a": typed("ok")})


def test_c1_c2_predecessors_tracker_message_gives_exactly_the_documented_variables() -> None:
    # When
    response = decode_response(golden("predecessor/response_tracker"))
    # Then: neither the echo (amount) nor the answer of the previous round (C1, C2)
    assert isinstance(response, Response)
    assert response.outcome == Completed(
        {
            "bitrix_task_id": typed("555"),
            "bitrix_task_title": typed("Согласовать"),
            "bitrix_task_status": typed("5"),
            "Activity_A_onboarding_FULL_NAME": typed("Иванов"),
            "Activity_A_onboarding_AGE": typed(42),
            "Activity_A_onboarding_OLD": typed("много"),
            "Activity_A_onboarding_READY": typed(value=True),
            "Activity_A_onboarding_SURE": typed(value=False),
            "Activity_A_onboarding_WHO": typed("7"),
            "Activity_A_onboarding_WHEN": Variable(VariableType.NULL, None),
            "Activity_A": typed("ok"),
        }
    )
    assert response.task.id == "bae97aa5"
    assert response.ref is not None
    assert response.ref.id == "555"


def test_a_foreign_systems_direct_answer_completes_with_what_it_says() -> None:
    response = decode_response(golden("predecessor/response_direct"))
    assert isinstance(response, Response)
    assert response.outcome == Completed(
        {"bitrix_task_id": typed("77"), "bitrix_task_title": typed("Заказ"), "bitrix_task_status": typed("5")}
    )


@pytest.mark.parametrize("status", ["success", "failed", "", None, "COMPLETED"])
def test_other_statuses_are_ignored_with_a_reason(status: str | None) -> None:
    body = json.dumps({"original_message": {"task_id": "t"}, "processing_status": status}).encode()
    ignored = decode_response(body)
    assert isinstance(ignored, Ignored)
    assert ignored.task_id == "t"
    assert "ничего не завершает" in ignored.reason


def test_the_answer_to_a_receipt_keeps_its_unknown_fields() -> None:
    # Given
    raw = {**golden_json("predecessor/receipt_created"), "colour": "red"}
    receipt: Receipt = decode_receipt(json.dumps(raw).encode())
    # When
    form = json.loads(encode_response(Response.to(receipt, Completed(), at=NOW), now=NOW).body)
    # Then
    assert form["colour"] == "red"
    assert form["original_message"]["retry_count"] == 2
    assert form["object"]["id"] == "555"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"not json", "json_parse_error"),
        (b"{}", "missing_task_id"),
        (b'{"original_message": {"topic": "x"}, "processing_status": "completed"}', "missing_task_id"),
        (b'{"response_type": "complete"}', "missing_task_id"),
        (b'{"original_message": {"task_id": "t"}, "outcome": {"kind": "guessed"}}', "schema_error"),
        (
            b'{"original_message": {"task_id": "t"}, "outcome": {"kind": "failed", "retry_in_seconds": -1}}',
            "schema_error",
        ),
        (
            b'{"original_message": {"task_id": "t"}, "outcome": {"kind": "completed", "variables": {"a": 1}}}',
            "schema_error",
        ),
        (b'{"task_id": "t", "response_type": "failure", "retry_timeout": -5}', "schema_error"),
    ],
)
def test_what_cannot_be_understood_is_a_dead_letter_with_its_kind(body: bytes, kind: str) -> None:
    with pytest.raises(DeadLetter) as caught:
        decode_response(body)
    assert caught.value.kind == kind
