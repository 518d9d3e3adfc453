"""What counts as a difference between the object that we would make and the one that is there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from exchanger.domain.variables import JsonValue
from exchanger.ops.moving.difference import Difference, differences

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CREATED: dict[str, JsonValue] = {"createdDate": "2026-03-01T12:00:00+00:00"}

SAME: list[tuple[str, object, str, JsonValue]] = [
    ("PRIORITY", 1, "priority", "1"),
    ("AUDITORS", [8, 3], "auditors", ["3", "8"]),
    ("AUDITORS", [], "auditors", []),
    ("TAGS", ["б", "а"], "tags", {"100": {"id": 100, "title": "а"}, "101": {"id": 101, "title": "б"}}),
    ("UF_RESULT_EXPECTED", "1", "ufResultExpected", "Y"),
    ("UF_RESULT_EXPECTED", "0", "ufResultExpected", "0"),
    ("GROUP_ID", None, "groupId", "0"),
    ("DESCRIPTION", "Одна\n\nдве ", "description", "Одна две"),
    ("DEADLINE", "2026-04-01T18:00:00+03:00", "deadline", "2026-04-01T15:00:00+00:00"),
    # a day from now, and a day from the creation nine days ago
    ("DEADLINE", "2026-03-11T12:00:00+00:00", "deadline", "2026-03-02T12:01:00+00:00"),
    ("XML_ID", "exch:prod:default:t-1", "xmlId", None),
]


@pytest.mark.parametrize(("field", "ours", "name", "theirs"), SAME)
def test_one_meaning_in_two_spellings_is_no_difference(field: str, ours: object, name: str, theirs: JsonValue) -> None:
    assert differences({field: ours}, {**CREATED, name: theirs}, NOW) == []


DIFFERENT: list[tuple[str, object, str, JsonValue, Difference]] = [
    ("TITLE", "Проверить", "title", "Согласовать", Difference("TITLE", "Проверить", "Согласовать")),
    ("RESPONSIBLE_ID", 3, "responsibleId", "1", Difference("RESPONSIBLE_ID", "3", "1")),
    ("AUDITORS", [8], "auditors", [], Difference("AUDITORS", "8", "")),
    (
        "DEADLINE",
        "2026-03-12T12:00:00+00:00",
        "deadline",
        "2026-03-02T12:00:00+00:00",
        Difference("DEADLINE", "2026-03-12T12:00+00:00", "2026-03-02T12:00+00:00"),
    ),
    ("UF_RESULT_EXPECTED", "1", "ufResultExpected", "N", Difference("UF_RESULT_EXPECTED", "1", "")),
]


@pytest.mark.parametrize(("field", "ours", "name", "theirs", "difference"), DIFFERENT)
def test_another_meaning_is_named_with_both_values(
    field: str, ours: object, name: str, theirs: JsonValue, difference: Difference
) -> None:
    assert differences({field: ours}, {**CREATED, name: theirs}, NOW) == [difference]


def test_what_the_portal_does_not_show_is_not_compared() -> None:
    assert differences({"SE_PARAMETER": [{"CODE": 3, "VALUE": "Y"}]}, CREATED, NOW) == []
