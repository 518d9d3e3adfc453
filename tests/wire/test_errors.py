from __future__ import annotations

import json

import pytest

from exchanger.bus.dead_letter import dead_letter
from exchanger.domain.errors import DeadLetter
from exchanger.ports import Delivery, Message
from exchanger.wire import ErrorShape, decode_error, final_failure
from tests.wire.samples import NOW, ORDER, golden, golden_json


@pytest.mark.parametrize(
    ("name", "shape", "kind", "reason", "queue"),
    [
        ("error_a", ErrorShape.TASK_ERROR, "task_error", "нет сети", ""),
        ("error_b", ErrorShape.RESPONSE_ERROR, "camunda_internal_error", "HTTP 500", "camunda.responses.queue"),
        ("error_c", ErrorShape.FINAL_FAILURE, "RETRY_LIMIT_EXCEEDED", "Превышен лимит ретраев (5)", "bitrix24.queue"),
        ("error_d", ErrorShape.ASSIGNEE_ERROR, "ASSIGNEE_ID_ERROR", "Пользователь не найден", "bitrix24.queue"),
    ],
)
def test_the_predecessors_shapes_are_read(name: str, shape: ErrorShape, kind: str, reason: str, queue: str) -> None:
    # When
    record = decode_error(golden(f"predecessor/{name}"), {})
    # Then
    assert (record.shape, record.kind, record.reason, record.source_queue) == (shape, kind, reason, queue)
    assert record.task_id == "bae97aa5"
    assert record.at is not None
    original = golden_json(f"predecessor/{name}").get("original_message")
    assert (json.loads(record.original) if record.original else None) == original


def test_the_engines_own_words_are_kept_with_a_response_error() -> None:
    record = decode_error(golden("predecessor/error_b"), {"error_type": "camunda_internal_error", "task_id": "x"})
    assert record.details == "500 ProcessEngineException Unknown property used in expression"


def test_the_raw_body_of_an_undecodable_response_is_given_back() -> None:
    record = decode_error(golden("predecessor/error_b_parse"), {})
    assert record.original == b"{bad"
    assert record.kind == "json_parse_error"
    assert record.task_id == ""


def test_b6_our_dead_letter_keeps_the_raw_body_the_headers_and_the_reason() -> None:
    # Given
    delivery = Delivery(
        Message(b"{bad \xff", "t-1", {"task_id": "t-1", "mine": 5}), "bitrix24.queue", "x", "bitrix24.a"
    )
    # When
    letter = dead_letter(delivery, DeadLetter("json_parse_error", "не JSON", remedy="спросите автора"), NOW)
    record = decode_error(letter.body, letter.headers)
    # Then
    assert letter.body == delivery.message.body
    assert letter.correlation_id == "t-1"
    assert letter.headers["mine"] == 5
    assert letter.headers["source_routing_key"] == "bitrix24.a"
    assert record.shape is ErrorShape.DEAD_LETTER
    assert record.reason == "не JSON Что делать: спросите автора"
    assert (record.task_id, record.kind, record.source_queue) == ("t-1", "json_parse_error", "bitrix24.queue")
    assert record.original == delivery.message.body
    assert record.at == NOW


def test_the_task_of_a_dead_letter_without_headers_is_found_in_its_body() -> None:
    headers = {"error_type": "schema_error", "reason": "…", "source_queue": "q"}
    assert decode_error(b'{"original_message": {"task_id": 5}}', headers).task_id == "5"
    assert decode_error(b"{bad", headers).task_id == ""


def test_what_the_broker_itself_removed_is_read() -> None:
    headers = {"x-first-death-queue": b"bitrix24.queue", "x-first-death-reason": "delivery_limit", "task_id": "t"}
    record = decode_error(b"\x00poison", headers)
    assert record.shape is ErrorShape.BROKER
    assert (record.source_queue, record.kind, record.task_id) == ("bitrix24.queue", "delivery_limit", "t")
    assert record.original == b"\x00poison"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"error_type": "X"}', b"\xff"])
def test_an_unknown_shape_is_said_to_be_unknown_and_kept(body: bytes) -> None:
    record = decode_error(body, {})
    assert record.shape is ErrorShape.UNKNOWN
    assert record.original == body


def test_c8_the_copy_of_a_final_failure_has_the_predecessors_form_and_the_real_cause() -> None:
    # When
    message = final_failure(
        ORDER, cause="Пользователь 15 не найден", details="HTTP 400", source_queue="bitrix24.queue", at=NOW
    )
    # Then
    assert json.loads(message.body) == golden_json("ours/final_failure")
    record = decode_error(message.body, message.headers)
    assert record.shape is ErrorShape.FINAL_FAILURE
    assert record.reason == "Пользователь 15 не найден"
    assert record.details == "HTTP 400"
    assert record.task_id == ORDER.task.id
    assert b"startedBy" not in message.body
