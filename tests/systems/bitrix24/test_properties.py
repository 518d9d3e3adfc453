"""Properties of the pure parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.connect import Answer
from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectState
from exchanger.sandbox.bitrix24.params import parse_query
from exchanger.systems.bitrix24 import readers, wording
from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault, read_answer
from exchanger.systems.bitrix24.foreign import camel, plain
from exchanger.systems.bitrix24.moments import in_zone, read_moment, show
from exchanger.systems.bitrix24.prepare import prepare
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.bitrix24.snapshots import Reading
from tests.systems.bitrix24.world import order

NOW = datetime(2026, 3, 1, tzinfo=UTC)

OPTIONS = BitrixOptions(webhook_url="https://portal.example/rest/1/abc/", default_responsible_id=1)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
NAMES = ("responsible", "responsibleEmail", "startedBy", "assigneeId", "deadline", "groupId", "parentTaskId",
         "diagramOwner", "creator")  # fmt: skip


@given(st.binary(max_size=200), st.integers(200, 599))
def test_any_bytes_are_read_as_an_answer_or_a_refusal(body: bytes, status: int) -> None:
    assert isinstance(read_answer(Answer(status, {}, body)), Envelope | PortalFault)


@given(JSON, st.integers(200, 599))
def test_any_json_is_read_as_an_answer_or_a_refusal(value: Any, status: int) -> None:
    import json  # noqa: PLC0415 - the name JSON above is a strategy

    for body in (value, {"error": value}, {"result": value, "time": value}):
        assert isinstance(read_answer(Answer(status, {}, json.dumps(body).encode())), Envelope | PortalFault)


@given(st.dictionaries(st.sampled_from(NAMES), JSON), st.dictionaries(st.sampled_from(NAMES), st.text()))
def test_an_order_is_prepared_or_refused_whatever_is_in_it(variables: Any, properties: dict[str, str]) -> None:
    try:
        params = prepare(order(variables=variables, extension_properties=properties), OPTIONS)
    except Reject as refused:
        assert refused.remedy  # noqa: PT017 - both ways are right
    else:
        assert params.title


@given(st.text())
def test_a_title_fits_and_is_one_line(text: str) -> None:
    title = wording.title(text)
    assert len(title) <= wording.TITLE_LIMIT
    assert "\n" not in title


@given(st.text(max_size=400), st.integers(30, 300), st.booleans())
def test_a_description_fits_and_a_short_one_is_whole(text: str, limit: int, overdue: bool) -> None:
    shown = wording.description(text, (), limit, overdue=overdue)
    assert len(shown) <= limit
    if len(text) <= limit and not overdue:
        assert shown == text.strip()


@given(
    st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)),  # noqa: DTZ001 - zones come next
    st.none() | st.integers(-14 * 60, 14 * 60),
    st.integers(-12, 14),
)
def test_a_moment_survives_the_way_to_the_portal_to_the_second(
    naive: datetime, offset: int | None, portal_hours: int
) -> None:
    zone = timezone(timedelta(hours=portal_hours))
    given_moment = naive if offset is None else naive.replace(tzinfo=timezone(timedelta(minutes=offset)))
    sent = show(in_zone(read_moment(given_moment.isoformat()), zone))
    expected = (naive.replace(tzinfo=zone) if offset is None else given_moment).replace(microsecond=0)
    assert datetime.fromisoformat(sent) == expected
    assert datetime.fromisoformat(sent).tzinfo is not None


@given(st.lists(st.from_regex(r"[A-Za-z0-9_.:-]{1,40}", fullmatch=True), max_size=60))
def test_a_batch_command_is_read_by_the_portal_as_it_was_meant(values: list[str]) -> None:
    text = Command("tasks.task.list", {"filter": {"XML_ID": values}, "start": -1}).text()
    method, _, query = text.partition("?")
    read = parse_query(query)
    assert method == "tasks.task.list"
    assert read["start"] == "-1"
    assert (read.get("filter") or {"XML_ID": []})["XML_ID"] == values
    assert "$" not in unquote_plus(text)


@given(st.dictionaries(st.text().filter(lambda name: not name.isdigit()), st.text() | st.booleans(), max_size=5))
def test_process_variables_go_by_a_batch_only_if_the_portal_will_read_them_back(variables: dict[str, Any]) -> None:
    command = Command("imena.camunda.tasktemplate.get", {"elementId": "e", "processVariables": variables})
    if not command.fits():
        assert "$" in str(variables) or any(set("[]") & set(name) or not name for name in variables)
        return
    read = parse_query(command.text().partition("?")[2]).get("processVariables", {})
    assert read == {name: value if isinstance(value, str) else str(int(value)) for name, value in variables.items()}


@pytest.mark.parametrize("evil", [{"a": "$x"}, {"$a": 1}, {"a[b]": 1}, {"": 1}, {"a": "\ud800"}, {"a": "я" * 40_000},
                                  {str(number): 1 for number in range(600)}])  # fmt: skip
def test_what_a_query_string_cannot_carry_exactly_stays_out_of_a_batch(evil: dict[str, Any]) -> None:
    command = Command("imena.camunda.tasktemplate.get", {"processVariables": evil})
    assert not command.fits()
    with pytest.raises(ValueError, match="подставляет"):
        command.text()


@given(st.integers(1, 10**9))
def test_a_person_is_a_number_in_any_clothes(number: int) -> None:
    for value in (number, str(number), f" {number} ", f"user_{number}", f"U{number}", {"value": number}):
        assert readers.person(value) == str(number)


@given(JSON)
def test_nothing_but_a_number_or_an_address_is_a_person(value: Any) -> None:
    try:
        read = readers.person(value)
    except ValueError:
        return
    assert read.isdigit() or "@" in read


@given(st.integers(-5, 20) | st.none() | st.text(max_size=3), JSON, JSON)
def test_a_row_of_the_portal_always_makes_a_snapshot(status: Any, answer: Any, xml_id: Any) -> None:
    row = {"id": "5", "status": status, "ufResultAnswer": answer, "xmlId": xml_id, "changedDate": answer}
    found = Reading("https://p", 1, frozenset({5}), NOW).snapshot(row)
    assert (found.state is ObjectState.FINISHED) == (str(status).strip() == "5")
    assert found.key is None or str(found.key) == xml_id


@given(st.from_regex(r"[a-z0-9-]{1,36}", fullmatch=True), st.integers(1, 9))
def test_a_key_survives_the_portal(task_id: str, generation: int) -> None:
    key = Key("inst", "main", task_id, generation)
    found = Reading("https://p", 1, frozenset({5}), NOW).snapshot({"id": "5", "xmlId": str(key)})
    assert found.key == key


@given(st.text())
def test_no_markup_of_the_portal_reaches_a_message(text: str) -> None:
    shown = plain(f"<b>{text}</b><br>")
    assert not shown.endswith("<br>")
    assert len(shown) <= 500


@pytest.mark.parametrize(
    ("name", "expected"),
    [("UF_RESULT_ANSWER", "ufResultAnswer"), ("UF_AUTO_123", "ufAuto123"), ("XML_ID", "xmlId"), ("ID", "id")],
)
def test_names_in_answers_are_camel(name: str, expected: str) -> None:
    assert camel(name) == expected


def test_a_moment_of_the_engine_needs_no_zone() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert in_zone(moment, timezone(timedelta(hours=3))) is moment
