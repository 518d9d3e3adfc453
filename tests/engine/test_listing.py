from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exchanger.domain.task import ExternalTask
from exchanger.engine import listing
from exchanger.engine.listing import Listing, Span

NOW = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
TICK = timedelta(milliseconds=1)


class Table:
    """The engine's rows: a strict filter, sorted by term and id, cut to a page."""

    def __init__(self, terms: dict[str, datetime]) -> None:
        self.terms = terms
        self.asked = 0
        self.meanwhile: Callable[[int], None] = lambda _number: None

    async def ask(self, span: Span, size: int) -> list[ExternalTask]:
        self.asked += 1
        assert self.asked < 100, "the listing does not end"
        rows = sorted(
            (term, name)
            for name, term in self.terms.items()
            if (span.after is None or term > span.after) and (span.before is None or term < span.before)
        )
        page = [replace(TASK, id=name, locked_until=term) for term, name in rows[:size]]
        self.meanwhile(self.asked)
        return page


TASK = ExternalTask("", "topic", "instance", "p:1:1", "p", "a", worker_id="w")


async def everything(table: Table, page: int) -> list[str]:
    return [task.id async for tasks in Listing(table.ask, page, lambda: NOW).everything() for task in tasks]


async def test_tasks_that_share_milliseconds_over_page_borders_are_all_listed_once() -> None:
    table = Table({f"{number:02}": NOW + number // 4 * TICK for number in range(25)})

    assert await everything(table, 10) == sorted(table.terms)


async def test_control_without_the_overlap_of_pages_tasks_at_the_border_are_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listing, "_TICK", timedelta())
    with pytest.raises(AssertionError):
        await test_tasks_that_share_milliseconds_over_page_borders_are_all_listed_once()


async def test_a_group_of_one_millisecond_larger_than_a_page_is_listed() -> None:
    table = Table({f"{number:02}": NOW for number in range(35)} | {"later": NOW + YEAR})

    assert sorted(await everything(table, 10)) == sorted(table.terms)


async def test_a_task_that_fails_during_the_walk_is_not_missed() -> None:
    table = Table({f"{number:02}": NOW + YEAR + number * TICK for number in range(25)})

    def fail_the_last(asked: int) -> None:
        if asked == 1:
            table.terms["24"] = NOW - TICK

    table.meanwhile = fail_the_last

    assert sorted(await everything(table, 10)) == sorted(table.terms)


async def test_a_task_that_is_made_during_the_walk_is_listed_once() -> None:
    table = Table({f"{number:02}": NOW + number * TICK for number in range(25)})

    def make_the_first(asked: int) -> None:
        if asked == 1:
            table.terms["00"] = NOW + YEAR

    table.meanwhile = make_the_first

    assert sorted(await everything(table, 10)) == sorted(table.terms)


async def test_tasks_that_end_during_the_walk_hide_no_others() -> None:
    table = Table({f"{number:02}": NOW for number in range(40)})

    def end_some(asked: int) -> None:
        for number in range((asked - 1) * 5, asked * 5):
            table.terms.pop(f"{number:02}", None)

    table.meanwhile = end_some

    listed = await everything(table, 10)

    assert set(table.terms) <= set(listed)
    assert len(listed) == len(set(listed))


async def test_one_page_needs_one_request() -> None:
    table = Table({"a": NOW, "b": NOW})

    assert await everything(table, 10) == ["a", "b"]
    assert table.asked == 1


async def test_only_long_locks_are_listed_when_asked_for() -> None:
    table = Table({"lease": NOW + timedelta(minutes=30), "made": NOW + YEAR})

    pages = Listing(table.ask, 10, lambda: NOW).beyond(NOW + timedelta(days=1))

    assert [task.id async for page in pages for task in page] == ["made"]


async def test_a_task_that_fails_among_many_leases_is_not_missed() -> None:
    leases = {f"lease-{number:02}": NOW + timedelta(hours=1) + number * TICK for number in range(15)}
    made = {f"made-{number:02}": NOW + YEAR + number * TICK for number in range(15)}
    table = Table(leases | made)

    def back_off_the_last(asked: int) -> None:
        if asked == 3:
            table.terms["made-14"] = NOW + timedelta(hours=2)

    table.meanwhile = back_off_the_last

    assert sorted(await everything(table, 10)) == sorted(table.terms)
