"""Свойства на случайных данных: ничего не теряется, ничего, кроме `DeadLetter`, не бросается."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanger.domain.errors import DeadLetter
from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.task import ObjectRef, Order
from exchanger.domain.variables import JsonValue, Variable
from exchanger.wire import (
    ErrorRecord,
    Ignored,
    Receipt,
    Response,
    decode_error,
    decode_order,
    decode_receipt,
    decode_response,
    encode_order,
    encode_receipt,
    encode_response,
)
from tests.wire.samples import NOW, golden_json
from tests.wire.strategies import json_values, moments, names, orders, variables

outcomes = (
    st.builds(Completed, variables, variables)
    | st.builds(Refused, st.text(max_size=9), st.text(max_size=9), variables)
    | st.builds(
        Failed, st.text(max_size=9), st.text(max_size=9), st.none() | st.timedeltas(timedelta(), timedelta(days=99))
    )
)
refs = st.builds(ObjectRef, names, names, st.text(max_size=20))


@given(order=orders)
@settings(max_examples=200, deadline=None)
def test_an_order_survives_the_wire(order: Order) -> None:
    assert decode_order(encode_order(order, worker_id="worker", now=NOW).body) == order


@given(order=orders, outcome=outcomes, at=moments, ref=st.none() | refs)
@settings(deadline=None)
def test_a_response_survives_the_wire(order: Order, outcome: Outcome, at: datetime, ref: ObjectRef | None) -> None:
    response = Response(replace(order, variables={}), outcome, at, ref, None, "q")
    assert decode_response(encode_response(response, now=NOW).body) == response


@given(order=orders, ref=refs, at=moments, adopted=st.booleans(), title=st.text(max_size=20))
@settings(deadline=None)
def test_a_receipt_survives_the_wire(order: Order, ref: ObjectRef, at: datetime, adopted: bool, title: str) -> None:
    first = decode_receipt(encode_receipt(Receipt(order, ref, adopted, at, title)).body)
    assert (first.order, first.ref, first.adopted, first.at) == (replace(order, variables={}), ref, adopted, at)
    assert first.title == title
    assert decode_receipt(encode_receipt(first).body) == first


@given(extra=st.dictionaries(names.map(lambda name: f"x-{name}"), json_values, max_size=4))
@settings(deadline=None)
def test_unknown_fields_survive_from_order_to_response(extra: dict[str, JsonValue]) -> None:
    # Given
    body = json.dumps({**golden_json("ours/order"), **extra}).encode()
    # When
    order = decode_order(body)
    receipt = decode_receipt(encode_receipt(Receipt(order, ObjectRef("bitrix24", "5"), adopted=False, at=NOW)).body)
    form = json.loads(encode_response(Response.to(receipt, Completed(), at=NOW), now=NOW).body)
    # Then
    original = form["original_message"]
    assert {name: original[name] for name in extra} == extra


_FORMS = [
    "ours/order", "ours/receipt", "ours/response_completed", "ours/response_failed", "ours/final_failure",
    "predecessor/order", "predecessor/receipt_created", "predecessor/response_tracker", "predecessor/direct_complete",
    "predecessor/direct_failure", "predecessor/error_b", "predecessor/error_c",
]  # fmt: skip


@st.composite
def _spoilt(draw: st.DrawFn) -> bytes:
    """Настоящее сообщение, в котором одно место заменено случайным JSON."""
    value: JsonValue = golden_json(draw(st.sampled_from(_FORMS)))
    return json.dumps(_replace(draw, value)).encode()


def _replace(draw: st.DrawFn, value: JsonValue) -> JsonValue:
    if not isinstance(value, dict) or not value or draw(st.integers(0, 4)) == 0:
        return draw(json_values)
    name = draw(st.sampled_from(sorted(value)))
    return {**value, name: _replace(draw, value[name])}


_DECODERS: list[tuple[Callable[[bytes], object], type | tuple[type, ...]]] = [
    (decode_order, Order),
    (decode_receipt, Receipt),
    (decode_response, (Response, Ignored)),
]


@pytest.mark.parametrize(("decode", "kinds"), _DECODERS)
@given(body=st.binary(max_size=50) | json_values.map(lambda value: json.dumps(value).encode()) | _spoilt())
@settings(max_examples=300, deadline=None)
def test_nothing_but_a_dead_letter_is_raised(
    decode: Callable[[bytes], object], kinds: type | tuple[type, ...], body: bytes
) -> None:
    read = _read(decode, body)
    if isinstance(read, DeadLetter):
        assert read.kind in {"json_parse_error", "missing_task_id", "schema_error"}
        assert str(read)
    else:
        assert isinstance(read, kinds)


def _read(decode: Callable[[bytes], object], body: bytes) -> object:
    try:
        return decode(body)
    except DeadLetter as error:
        return error


@given(
    body=st.binary(max_size=50) | json_values.map(lambda value: json.dumps(value).encode()) | _spoilt(),
    headers=st.dictionaries(
        st.sampled_from(["error_type", "reason", "source_queue", "task_id", "x-first-death-queue", "died_at"]),
        st.text(max_size=9) | st.integers() | st.binary(max_size=9) | st.none(),
    ),
)
@settings(max_examples=300, deadline=None)
def test_reading_the_error_queue_never_raises(body: bytes, headers: dict[str, object]) -> None:
    assert isinstance(decode_error(body, headers), ErrorRecord)


@given(body=_spoilt())
@settings(max_examples=300, deadline=None)
def test_what_was_read_can_be_passed_on(body: bytes) -> None:
    for decode in (decode_order, decode_receipt, decode_response):
        match _read(decode, body):
            case Order() as order:
                assert encode_order(order, worker_id="w", now=NOW).body
            case Receipt() as receipt:
                assert encode_receipt(receipt).body
            case Response() as response:
                assert encode_response(response, now=NOW).body


def test_variables_in_these_properties_have_all_types() -> None:
    seen: set[str] = set()

    @given(variables)
    @settings(max_examples=300, deadline=None, database=None)
    def collect(found: dict[str, Variable]) -> None:
        seen.update(str(variable.type) for variable in found.values())

    collect()
    assert len(seen) == 13
