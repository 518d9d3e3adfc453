from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from exchanger.domain.errors import DeadLetter, Reject
from exchanger.domain.task import Order
from exchanger.domain.variables import Variable, VariableType
from exchanger.wire import ReceivedOrder, decode_order, encode_order
from exchanger.wire.json_body import MAX_BODY
from tests.wire.samples import NOW, ORDER, golden, golden_json


def test_our_order_is_written_as_the_golden_file_says() -> None:
    # When
    message = encode_order(ORDER, worker_id="universal-worker", now=NOW)
    # Then
    assert json.loads(message.body) == golden_json("ours/order")
    assert message.correlation_id == ORDER.task.id
    assert message.headers == {
        "camunda_topic": "bitrix_create_task",
        "target_system": "bitrix24",
        "task_id": ORDER.task.id,
        "process_instance_id": ORDER.task.process_instance_id,
    }


def test_our_order_is_read_back_without_loss() -> None:
    assert decode_order(golden("ours/order")) == ORDER


def test_the_issuing_worker_is_the_one_that_publishes() -> None:
    message = encode_order(ORDER, worker_id="other", now=NOW)
    assert decode_order(message.body).task.worker_id == "other"


def test_each_variable_is_carried_once() -> None:
    # Given
    order = replace(ORDER, variables={"unique": Variable(VariableType.STRING, "needle-in-the-message")})
    # When
    body = encode_order(order, worker_id="w", now=NOW).body
    # Then
    assert body.count(b"needle-in-the-message") == 1
    assert b"process_variables" not in body
    assert b"processVariables" not in body


def test_predecessors_order_gets_types_from_its_copies_and_by_kind_elsewhere() -> None:
    # When
    order = decode_order(golden("predecessor/order"))
    # Then
    assert order.variables == {
        "startedBy": Variable(VariableType.LONG, 107),
        "groupId": Variable(VariableType.INTEGER, 3),
        "deadline": Variable(VariableType.STRING, "2026-12-31T00:00:00"),
        "due": Variable(VariableType.DATE, datetime(2026, 12, 30, 21, tzinfo=UTC)),
        "list": Variable(VariableType.JSON, {"a": [1, 2]}),
        "size": Variable(VariableType.SHORT, 5),
        "shadowed": Variable(VariableType.STRING, "local"),
        "flag": Variable(VariableType.BOOLEAN, value=True),
        "none": Variable(VariableType.NULL, None),
    }
    assert order.system == "bitrix24"
    assert order.task.created == datetime(2025, 7, 3, 10, 16, 5, 792_000, tzinfo=UTC)
    assert order.task.tenant_id == "imenaProd"
    assert order.metadata.extension_properties["UF_RESULT_QUESTION"] == "Согласовано?"
    assert order.metadata.activity_name == "Согласовать"


def test_retry_count_of_the_predecessor_is_kept_but_means_nothing() -> None:
    order = decode_order(golden("predecessor/order"))
    assert isinstance(order, ReceivedOrder)
    assert order.foreign.message == {"retry_count": 1}
    assert json.loads(encode_order(order, worker_id="w", now=NOW).body)["retry_count"] == 1


def test_unknown_fields_survive_at_every_level() -> None:
    # Given
    raw = golden_json("ours/order")
    metadata = {**_dict(raw["metadata"]), "later": [1]}
    metadata["activityInfo"] = {**_dict(metadata["activityInfo"]), "colour": "red"}
    body = json.dumps({**raw, "metadata": metadata, "x-new": {"a": None}, "extension_properties": 1}).encode()
    # When
    again = json.loads(encode_order(decode_order(body), worker_id="universal-worker", now=NOW).body)
    # Then
    assert again == json.loads(body)


def test_element_id_is_taken_from_activity_info_when_the_message_has_none() -> None:
    order = decode_order(b'{"task_id": "t", "topic": "x", "metadata": {"activityInfo": {"id": "A", "name": null}}}')
    assert order.task.activity_id == "A"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "json_parse_error"),
        (b"{bad", "json_parse_error"),
        (b"\xff\xfe", "json_parse_error"),
        (b"[]", "json_parse_error"),
        (b'{"task_id": "t", "topic": "x", "n": NaN}', "json_parse_error"),
        (b'{"task_id": "t", "topic": "x", "n": 1e999}', "json_parse_error"),
        (b'{"n": ' + b"9" * 5000 + b"}", "json_parse_error"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "json_parse_error"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "json_parse_error"),
        (b'{"a": "' + b"x" * MAX_BODY + b'"}', "json_parse_error"),
        (b"{}", "missing_task_id"),
        (b'{"task_id": null}', "missing_task_id"),
        (b'{"task_id": ""}', "missing_task_id"),
        (b'{"task_id": "t"}', "schema_error"),
        (b'{"task_id": "%s", "topic": "x"}' % (b"t" * 65), "schema_error"),
        (b'{"task_id": {}, "topic": "x"}', "schema_error"),
        (b'{"task_id": "\\ud800", "topic": "x"}', "schema_error"),
        (b'{"task_id": "t", "topic": "x", "priority": "high"}', "schema_error"),
        (b'{"task_id": "t", "topic": "x", "created_time": "yesterday"}', "schema_error"),
        (b'{"task_id": "t", "topic": "x", "created_time": "0001-01-01T00:00:00+2300"}', "schema_error"),
    ],
)
def test_what_cannot_be_understood_is_a_dead_letter_with_its_kind(body: bytes, kind: str) -> None:
    with pytest.raises(DeadLetter) as caught:
        decode_order(body)
    assert caught.value.kind == kind
    assert len(str(caught.value)) < 500


def test_half_an_emoji_cut_by_the_process_is_carried_and_breaks_no_header() -> None:
    # Given
    variables = b'"variables": {"cut": "a\\ud83d"}, "variable_types": {"cut": {"type": "String"}}'
    body = b'{"task_id": "t", "topic": "a\\ud83d", ' + variables + b"}"
    # When
    message = encode_order(decode_order(body), worker_id="w", now=NOW)
    # Then
    assert str(message.headers["camunda_topic"]).encode() == b"a?"
    assert decode_order(message.body).variables["cut"].value == "a\ud83d"


def test_the_reason_names_fields_but_no_values() -> None:
    with pytest.raises(DeadLetter) as caught:
        decode_order(b'{"task_id": "t", "topic": "x", "priority": "Ivanov", "retries": "Petrov"}')
    assert "priority" in str(caught.value)
    assert "retries" in str(caught.value)
    assert "Ivanov" not in str(caught.value)
    assert "Petrov" not in str(caught.value)


def test_an_order_greater_than_the_broker_takes_is_rejected_with_a_remedy() -> None:
    order = Order(ORDER.task, "bitrix24", {"big": Variable(VariableType.STRING, "x" * MAX_BODY)})
    with pytest.raises(Reject, match="Что делать"):
        encode_order(order, worker_id="w", now=NOW)


def test_a_value_that_does_not_fit_its_type_is_rejected_by_name() -> None:
    order = Order(ORDER.task, "bitrix24", {"wrong": Variable(VariableType.LONG, "text")})
    with pytest.raises(Reject, match="wrong"):
        encode_order(order, worker_id="w", now=NOW)


def _dict(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value
