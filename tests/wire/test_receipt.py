from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exchanger.domain.errors import DeadLetter
from exchanger.domain.task import ObjectRef
from exchanger.wire import decode_receipt, encode_receipt
from tests.wire.samples import ORDER, RECEIPT, golden, golden_json


def test_our_receipt_is_written_as_the_golden_file_says() -> None:
    message = encode_receipt(RECEIPT)
    assert json.loads(message.body) == golden_json("ours/receipt")
    assert message.correlation_id == ORDER.task.id


def test_our_receipt_is_read_back_without_loss() -> None:
    assert decode_receipt(golden("ours/receipt")) == RECEIPT


def test_a_receipt_carries_no_variables() -> None:
    message = encode_receipt(replace(RECEIPT, order=ORDER))
    original = json.loads(message.body)["original_message"]
    assert not {"variables", "variable_types", "process_variables"} & original.keys()


def test_id_and_title_are_completed_where_old_programs_read_them() -> None:
    message = encode_receipt(replace(RECEIPT, response_data={"time": {"start": 1}}, queue=""))
    form = json.loads(message.body)
    assert form["response_data"] == {"time": {"start": 1}, "result": {"task": {"id": "555", "title": "Согласовать"}}}
    assert form["original_queue"] == "bitrix24.queue"


def test_predecessors_receipt_of_a_created_task_is_read() -> None:
    # When
    receipt = decode_receipt(golden("predecessor/receipt_created"))
    # Then
    assert receipt.ref == ObjectRef("bitrix24", "555")
    assert receipt.title == "Согласовать"
    assert receipt.order.task.id == "bae97aa5"
    assert receipt.order.variables == {}
    assert receipt.order.metadata.extension_properties == {"UF_RESULT_EXPECTED": "true"}
    assert receipt.at == datetime(2025, 7, 3, 10, 16, 30, 120_000, tzinfo=UTC)
    assert receipt.key is None
    assert not receipt.adopted


def test_predecessors_receipt_of_a_found_task_is_read() -> None:
    receipt = decode_receipt(golden("predecessor/receipt_found"))
    assert receipt.ref == ObjectRef("bitrix24", "556")
    assert receipt.title == "Найденная"


def test_unknown_fields_of_envelope_and_order_are_passed_on() -> None:
    # Given
    raw = golden_json("predecessor/receipt_created")
    body = json.dumps({**raw, "colour": "red"}).encode()
    # When
    form = json.loads(encode_receipt(decode_receipt(body)).body)
    # Then
    assert form["colour"] == "red"
    assert form["original_message"]["retry_count"] == 2
    assert form["response_data"] == raw["response_data"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"original_message": {}}, "missing_task_id"),
        ({"original_message": []}, "missing_task_id"),
        ({"processing_status": "failed"}, "schema_error"),
        ({"response_data": {"document": {"id": "mock-1c-1"}}}, "schema_error"),
        ({"response_data": []}, "schema_error"),
        ({"processed_at": "long ago", "timestamp": None}, "schema_error"),
        ({"object": {"id": ""}}, "schema_error"),
    ],
)
def test_a_receipt_without_task_object_or_time_is_a_dead_letter(change: dict[str, object], kind: str) -> None:
    body = json.dumps({**golden_json("predecessor/receipt_created"), **change}).encode()
    with pytest.raises(DeadLetter) as caught:
        decode_receipt(body)
    assert caught.value.kind == kind
