"""Messages in the predecessor's form: what its code read is there, and our own reading takes them back unchanged."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from exchanger.domain.errors import Reject
from exchanger.domain.outcome import Completed
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable, VariableType
from exchanger.wire import (
    Receipt,
    Response,
    decode_order,
    decode_receipt,
    encode_order,
    encode_receipt,
    encode_response,
)
from exchanger.wire.json_body import parse, write
from exchanger.wire.predecessor import OldOrder, is_old_envelope, is_old_order, old_receipt

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TASK = ExternalTask(
    "t-1", "bitrix_create_task", "p-1", "move:1:d", "move", "review", "review:1", "e-1",
    worker_id="exchanger", created=NOW, tenant_id="prod", priority=3,
)  # fmt: skip
METADATA = Metadata(
    extension_properties={"UF_RESULT_EXPECTED": "true"},
    input_parameters={"plain": "v", "nested": {"a": "1"}},
    activity_name="Согласовать",
    activity_topic="bitrix_create_task",
    process_properties={"groupId": "10"},
)
PROCESS = {"startedBy": typed(107), "note": typed("как есть"), "empty": typed(None), "list": typed({"a": 1})}
LOCAL = {"amount": typed(1.5)}
ORDER = Order(TASK, "bitrix24", PROCESS | LOCAL, METADATA)
FORM = OldOrder(ORDER, PROCESS, "universal-worker").form(NOW)
RECEIPT = old_receipt(FORM, {"id": "555", "title": "Т", "status": "2"}, queue="bitrix24.queue", now=NOW)
DOCUMENTED = {
    "task_id", "topic", "system", "variables", "process_variables", "process_instance_id", "process_definition_key",
    "activity_id", "activity_instance_id", "worker_id", "retries", "created_time", "priority", "tenant_id",
    "business_key", "timestamp", "metadata",
}  # fmt: skip


def test_an_order_has_every_documented_field_and_no_other() -> None:
    assert FORM.keys() == DOCUMENTED
    assert FORM["worker_id"] == "universal-worker"
    assert FORM["created_time"] == "2026-03-01T12:00:00.000+0000"
    assert FORM["timestamp"] == 1_772_366_400_000


def test_variables_are_in_the_three_places_where_it_looked() -> None:
    assert FORM["variables"] == {
        "startedBy": 107, "note": "как есть", "empty": None, "list": {"a": 1}, "amount": 1.5
    }  # fmt: skip
    copies = FORM["process_variables"]
    assert isinstance(copies, dict)
    assert copies.keys() == PROCESS.keys()
    assert copies["startedBy"] == {"type": "Integer", "value": 107, "valueInfo": {}}
    metadata = FORM["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["processVariables"] == copies


def test_metadata_holds_only_what_it_understood() -> None:
    metadata = FORM["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["inputParameters"] == {"plain": "v"}
    assert "fieldInjections" not in metadata
    assert metadata["activityInfo"] == {
        "id": "review", "name": "Согласовать", "type": "external", "topic": "bitrix_create_task"
    }  # fmt: skip


def test_our_own_reading_takes_them_back() -> None:
    order = decode_order(write(FORM))
    assert (order.task.id, order.task.activity_id, order.system) == ("t-1", "review", "bitrix24")
    assert order.variables["startedBy"] == PROCESS["startedBy"]
    receipt = decode_receipt(write(RECEIPT))
    assert (receipt.order.task.id, receipt.ref.id, receipt.title) == ("t-1", "555", "Т")


def test_its_form_and_ours_are_told_apart() -> None:
    ours = parse(encode_order(ORDER, worker_id="exchanger", now=NOW).body)
    receipt = Receipt(ORDER, ObjectRef("bitrix24", "555"), adopted=False, at=NOW)
    response = Response(ORDER, Completed({}), at=NOW, ref=receipt.ref)
    assert (is_old_order(FORM), is_old_order(ours)) == (True, False)
    assert is_old_envelope(RECEIPT)
    assert not is_old_envelope(parse(encode_receipt(receipt).body))
    assert not is_old_envelope(parse(encode_response(response, now=NOW).body))


def test_an_order_of_ours_that_carried_on_its_foreign_fields_is_still_ours() -> None:
    """A receipt of ours about an order of the predecessor: without its variables it would be useless to it."""
    taken = decode_order(write(FORM))
    receipt = Receipt(taken, ObjectRef("bitrix24", "555"), adopted=True, at=NOW)
    assert not is_old_envelope(parse(encode_receipt(receipt).body))


def test_a_variable_that_cannot_be_written_is_named() -> None:
    bad = {"when": Variable(VariableType.DATE, "не дата")}
    with pytest.raises(Reject, match="when"):
        OldOrder(Order(TASK, "bitrix24", bad), bad, "universal-worker").form(NOW)
