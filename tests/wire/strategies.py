"""Случайные заявки, переменные и JSON."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast

from hypothesis import strategies as st

from exchanger.domain.task import ExternalTask, Metadata, Order
from exchanger.domain.typed import from_rest
from exchanger.domain.variables import JsonValue, Variable, VariableType

names = st.text(min_size=1, max_size=20)
texts = st.dictionaries(names, st.text(max_size=20), max_size=3)
_leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
json_values = cast(
    "st.SearchStrategy[JsonValue]",
    st.recursive(
        _leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
    ),
)
moments = st.integers(0, 4_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)

_values: dict[VariableType, st.SearchStrategy[object]] = {
    VariableType.STRING: st.text(max_size=5000),
    VariableType.BOOLEAN: st.booleans(),
    VariableType.SHORT: st.integers(-(2**15), 2**15 - 1),
    VariableType.INTEGER: st.integers(-(2**31), 2**31 - 1),
    VariableType.LONG: st.integers(-(2**63), 2**63 - 1),
    VariableType.DOUBLE: st.floats(allow_nan=False, allow_infinity=False),
    VariableType.DATE: moments,
    VariableType.BYTES: st.binary(max_size=30),
    VariableType.NULL: st.none(),
    VariableType.FILE: st.none() | st.binary(max_size=30),
    VariableType.OBJECT: st.text(max_size=20),
    VariableType.JSON: json_values,
    VariableType.XML: st.just("<a/>"),
}
_infos = st.dictionaries(st.sampled_from(["filename", "mimeType", "objectTypeName"]), st.text(max_size=10), max_size=2)


@st.composite
def _variables(draw: st.DrawFn) -> Variable:
    kind = draw(st.sampled_from(list(VariableType)))
    return Variable(kind, cast("JsonValue", draw(_values[kind])), draw(_infos))


_rest = st.fixed_dictionaries(
    {"type": st.sampled_from(["Json", "String", "Date", "Custom", "Long"]), "value": json_values}
)
variables = st.dictionaries(names, _variables() | _rest.map(from_rest), max_size=5)

tasks = st.builds(
    ExternalTask,
    id=st.text(min_size=1, max_size=64),
    topic=names,
    process_instance_id=names,
    process_definition_id=names,
    process_definition_key=names,
    activity_id=names,
    activity_instance_id=names,
    execution_id=names,
    worker_id=st.just("worker"),
    locked_until=st.none() | moments,
    created=st.none() | moments,
    retries=st.none() | st.integers(0, 99),
    suspended=st.booleans(),
    priority=st.integers(-(2**63), 2**63 - 1),
    tenant_id=st.none() | names,
    business_key=st.none() | st.text(max_size=20),
    error_message=st.none() | st.text(min_size=1, max_size=20),
)
metadata = st.builds(
    Metadata,
    extension_properties=texts,
    field_injections=texts,
    input_parameters=st.dictionaries(names, json_values, max_size=3),
    output_parameters=st.dictionaries(names, json_values, max_size=3),
    activity_name=st.text(max_size=20),
    activity_type=names,
    activity_topic=st.text(max_size=20),
    process_properties=texts,
    multi_instance=st.booleans(),
    catches=st.frozensets(names, max_size=3),
)
orders = st.builds(Order, tasks, names, variables, metadata)
