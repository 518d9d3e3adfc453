"""From an order to parameters: where values come from and how they may be written."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from exchanger.domain.errors import Reject
from exchanger.systems.openproject import readers
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.systems.openproject.prepare import prepare
from tests.systems.openproject.world import order


def params(**given: Any) -> CreateTaskParams:
    return prepare(order(**given))


def test_the_element_is_stronger_than_the_process() -> None:
    read = params(variables={"deadline": "2026-01-01", "assignee": "a"}, extension_properties={"dueDate": "2026-02-02"})
    assert (read.due, read.assignee) == (date(2026, 2, 2), "a")


def test_an_input_parameter_is_what_the_engine_made_of_it() -> None:
    read = params(variables={"subject": "Договор 7"}, input_parameters={"subject": "Договор ${number}"})
    assert read.subject == "Договор 7"


def test_an_expression_where_the_engine_reads_none_is_a_mistake() -> None:
    with pytest.raises(Reject, match="входных параметрах"):
        params(extension_properties={"subject": "Договор ${number}"})


@pytest.mark.parametrize("topic", ["op_create_milestone", "OP_Create_Milestone_2"])
def test_the_topic_makes_a_milestone(topic: str) -> None:
    assert params(topic=topic).milestone
    assert not params().milestone


def test_every_mistake_is_named_with_its_place() -> None:
    wrong = {"startDate": "вчера", "parent": "тот", "duration": "ноль", "notify": "иногда", "customFields": "[]"}
    with pytest.raises(Reject) as refused:
        params(extension_properties=wrong)
    assert [name for name in wrong if f"свойство расширения {name}" not in str(refused.value)] == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("31.12.2026", date(2026, 12, 31)),
        ("31.12.2026 18:00", date(2026, 12, 31)),
        ("2026-12-31T18:00:00.000+0300", date(2026, 12, 31)),
        ("2026-12-31T18:00:00+03:00[Europe/Moscow]", date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_a_day_is_read_however_it_is_written(value: object, expected: date) -> None:
    assert readers.day(value) == expected


@pytest.mark.parametrize("value", ["31.13.2026", "завтра", "2026-02-30", 5])
def test_what_is_no_day_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="нужна дата"):
        readers.day(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("PT5H30M", "PT5H30M"),
        ("pt8h", "PT8H"),
        ("P1DT2H", "P1DT2H"),
        (5, "PT5H0M"),
        (1.25, "PT1H15M"),
        ("0,5", "PT0H30M"),
    ],
)
def test_an_estimate_is_hours_or_a_duration(value: object, expected: str) -> None:
    assert readers.period(value) == expected


@pytest.mark.parametrize("value", ["P", "PT", "-1", "час", "1e9", True])
def test_what_is_no_estimate_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="нужно число часов"):
        readers.period(value)


def test_relations_are_kinds_and_numbers() -> None:
    assert readers.relations("follows:12 +2, blocks: #7") == (("follows", 12, 2), ("blocks", 7, 0))
    with pytest.raises(ValueError, match="follows:123"):
        readers.relations("рядом:1")
    with pytest.raises(ValueError, match="виды"):
        readers.relations("likes:1")
