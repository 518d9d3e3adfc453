import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchanger.domain.typed import FOREIGN_TYPE, STRING_LIMIT, from_rest, to_rest, typed
from exchanger.domain.variables import JsonValue, PlainValue, Variable, VariableType

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
zones = st.builds(lambda minutes: timezone(timedelta(minutes=minutes)), st.integers(-18 * 60, 18 * 60))
moments = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=zones).map(  # noqa: DTZ001 - hypothesis adds the zone
    lambda moment: moment.replace(fold=0)  # which of two equal moments of a change of clocks: our zones change none
)
plain_values: st.SearchStrategy[PlainValue] = json_values | moments | st.decimals() | st.binary()


@given(plain_values)
@example("я" * (STRING_LIMIT + 1))
def test_a_value_survives_the_way_to_the_engine_and_back(value: PlainValue) -> None:
    variable = typed(value)

    over_the_wire = json.loads(json.dumps(to_rest(variable)))

    assert repr_of(from_rest(over_the_wire)) == repr_of(variable)


@given(
    json_values,
    st.sampled_from([*VariableType, "string", "Foo", "BigInteger", "", None]),
    st.sampled_from([None, {"objectTypeName": "x"}]),
)
def test_whatever_the_engine_delivers_is_read_and_given_back_unchanged(
    value: JsonValue, kind: str | None, info: JsonValue
) -> None:
    raw = {"type": kind, "value": value, "valueInfo": info}

    variable = from_rest(raw)

    again = from_rest(to_rest(variable))
    assert repr_of(again) == repr_of(variable)
    if kind and not (isinstance(value, str) or kind.lower() in {"json", "double", "long", "integer", "short"}):
        assert to_rest(variable)["value"] == value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "Null"), (True, "Boolean"), (2**31 - 1, "Integer"), (-(2**31), "Integer"), (2**31, "Long"),
        (-(2**63), "Long"), (2**63, "String"), (1.0, "Double"), (Decimal("0.10"), "String"), ("", "String"),
        (b"\xff", "Bytes"), ({}, "Json"), ([1], "Json"), (datetime(2026, 1, 2, tzinfo=UTC), "Date"),
        ("я" * 4000, "String"), ("я" * 4001, "Json"), ("😀" * 2000, "String"), ("😀" * 2001, "Json"),
        (10**4001, "Json"),
    ],
)  # fmt: skip
def test_the_type_fits_the_column_of_the_engine(value: PlainValue, kind: str) -> None:
    assert typed(value).type == kind


def test_a_long_text_travels_as_one_json_string() -> None:
    text = 'кавычка " и перевод\n' * 400

    raw = to_rest(typed(text))

    assert raw["type"] == "Json"
    assert json.loads(str(raw["value"])) == text


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (
            datetime(2016, 1, 25, 13, 33, 42, 165999, tzinfo=timezone(timedelta(hours=1))),
            "2016-01-25T12:33:42.165+0000",
        ),
        (datetime(2016, 1, 25, 13, 33, 42, tzinfo=UTC), "2016-01-25T13:33:42.000+0000"),
        (datetime(999, 1, 2, 3, 4, 5, 6000, tzinfo=UTC), "0999-01-02T03:04:05.006+0000"),
    ],
)
def test_dates_have_three_digits_and_an_offset_without_a_colon(moment: datetime, written: str) -> None:
    assert to_rest(typed(moment))["value"] == written


@pytest.mark.parametrize(
    "written", ["2016-01-25T13:33:42.165+0100", "2016-01-25T12:33:42.165Z", "2016-01-25T13:33:42.165+01:00"]
)
def test_dates_of_any_of_the_engines_forms_are_read(written: str) -> None:
    assert from_rest({"type": "Date", "value": written}).value == datetime(2016, 1, 25, 12, 33, 42, 165000, tzinfo=UTC)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")], datetime(2026, 1, 1)])  # noqa: DTZ001 - the point
def test_values_that_the_engine_cannot_hold_are_refused_here(value: PlainValue) -> None:
    with pytest.raises(ValueError, match="нельзя передать движку"):
        typed(value)


@pytest.mark.parametrize(
    "variable",
    [
        Variable(VariableType.DATE, datetime(2026, 1, 1)),  # noqa: DTZ001 - the point
        Variable(VariableType.INTEGER, 2**31),
        Variable(VariableType.INTEGER, value=True),
        Variable(VariableType.STRING, 5),
        Variable(VariableType.STRING, None),
        Variable(VariableType.DOUBLE, float("nan")),
        Variable(VariableType.JSON, b"{}"),
    ],
)
def test_a_variable_whose_value_belies_its_type_is_never_sent(variable: Variable) -> None:
    with pytest.raises(ValueError, match=f"переменной типа {variable.type}"):
        to_rest(variable)


def test_nul_and_lone_surrogates_are_taken_out_of_texts_everywhere() -> None:
    assert typed("a\0b\ud83d").value == "ab\ufffd"
    assert typed({"k\0": ["\0x", "\ud83d\ude00"]}).value == {"k": ["x", "😀"]}


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"type": "Json", "value": "{bad", "valueInfo": {}}, VariableType.OBJECT),
        ({"type": "Json", "value": "[NaN]", "valueInfo": {}}, VariableType.OBJECT),
        ({"type": "Json", "value": "[" * 100_000, "valueInfo": {}}, VariableType.OBJECT),
        ({"type": "Date", "value": "2016-01-25T13:33:42", "valueInfo": {}}, VariableType.OBJECT),
        ({"type": "Money", "value": "1 RUB", "valueInfo": {"scale": 2}}, VariableType.OBJECT),
        ({"type": "String", "value": None, "valueInfo": {}}, VariableType.NULL),
    ],
)
def test_a_variable_that_cannot_be_read_keeps_its_type_name_and_value(
    raw: dict[str, JsonValue], kind: VariableType
) -> None:
    variable = from_rest(raw)

    assert variable.type is kind
    assert variable.info[FOREIGN_TYPE] == raw["type"]
    assert to_rest(variable) == raw


def test_a_file_reference_is_kept_and_its_media_type_gets_the_key_the_engine_reads() -> None:
    raw = {"type": "File", "value": None, "valueInfo": {"filename": "a.pdf", "mimetype": "application/pdf"}}

    variable = from_rest(raw)

    assert to_rest(variable) == {
        "type": "File",
        "value": None,
        "valueInfo": {"filename": "a.pdf", "mimeType": "application/pdf"},
    }


def repr_of(variable: Variable) -> tuple[str, str, str]:
    """Equality that tells 1 from 1.0 and from True, and -0.0 from 0.0; instants are compared as such."""
    value = variable.value.astimezone(UTC) if isinstance(variable.value, datetime) else variable.value
    return variable.type, repr(value), repr(dict(variable.info))
