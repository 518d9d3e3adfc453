"""Tolerant reading: any JSON is either read or refused, never a traceback."""

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.domain.errors import Reject
from exchanger.storm.api.reading import card, diagram, edges, moment, objects

ZONE = ZoneInfo("Asia/Yekaterinburg")
_SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
_JSON = st.recursive(_SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner))
_NAMES = st.sampled_from(
    ["id", "name", "type", "status", "versionNumber", "updatedOn", "public", "teamId", "body", "autosaveIndex", "tags",
     "incommingLinks", "outcommingLinks", "elementId", "assigneeEdgeId", "assigneeName", "description"]
)  # fmt: skip
_RECORD = st.dictionaries(_NAMES, _JSON)


@given(_RECORD)
def test_any_record_is_read_or_refused(record: dict[str, Any]) -> None:
    found = card(record, ZONE)
    assert found is None or found.id
    try:
        read = diagram(record, "x", ZONE)
    except Reject:
        return
    assert read.body


@given(_JSON)
def test_any_list_of_assignees_is_read(content: Any) -> None:
    assert all(each.element_id for each in edges(objects(content)))


def test_half_a_character_in_a_name_is_replaced_and_in_a_body_refused() -> None:
    found = card({"id": "a", "name": "x\ud800"}, ZONE)

    assert found is not None
    assert found.name == "x\ufffd"
    with pytest.raises(Reject, match="UTF-8"):
        diagram({"id": "a", "body": "<x>\ud800</x>"}, "a", ZONE)


def test_local_time_gets_the_stated_zone_and_a_given_zone_stays() -> None:
    local = moment("2026-03-01T10:00:00.123456", ZONE)
    assert local is not None
    assert local.astimezone(UTC) == datetime(2026, 3, 1, 5, 0, 0, 123456, UTC)
    assert moment("2026-03-01T10:00:00Z", ZONE) == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", "вчера", 1767225600, []])
def test_what_is_not_a_time_is_unknown(value: object) -> None:
    assert moment(value, ZONE) is None


def test_the_answer_about_another_diagram_is_refused() -> None:
    with pytest.raises(Reject, match="не диаграмму a"):
        diagram({"id": "b", "body": "<x/>"}, "a", ZONE)


def test_fields_keep_the_names_of_the_api_without_the_empty_ones_and_the_body() -> None:
    found = card({"id": "a", "body": "<x/>", "tags": [], "you": True, "teamId": None, "links": [{"x": 1}]}, ZONE)

    assert found is not None
    assert dict(found.fields) == {"id": "a", "you": "true", "links": json.dumps([{"x": 1}])}
