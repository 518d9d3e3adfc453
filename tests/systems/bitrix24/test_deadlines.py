"""C12: deadlines over offsets, naive dates, changes of the clock, weekends and holidays of the portal."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from exchanger.sandbox.bitrix24.worktime import WorkCalendar as PortalCalendar
from exchanger.systems.bitrix24.content.calendar import WorkCalendar, read_calendar
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.content.template import Schedule, Template
from exchanger.systems.bitrix24.deadlines import Dates, dates
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.testing.contract import START
from tests.systems.bitrix24.addon_world import VARIABLES, open_addon, template
from tests.systems.bitrix24.test_template import BARE, build
from tests.systems.bitrix24.world import order

BERLIN, MOSCOW = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Moscow")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEK = WorkCalendar(time(9), time(18), frozenset({5, 6}), frozenset({(1, 5), (4, 5)}), frozenset({(2, 5)}))


def drawn(now: datetime, zone: ZoneInfo = MOSCOW, calendar: WorkCalendar | None = None, **given: Any) -> Dates:
    schedule = given.pop("schedule", None)
    params = CreateTaskParams(title="т", element_id="e", process_instance_id="i", **given)
    made = None if schedule is None else Template(schedule=schedule)
    return dates(params, Content(template=made, calendar=calendar), zone, now)


def test_the_earlier_of_variable_and_template_counts() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    schedule = Schedule(deadline=DAY)
    assert drawn(now, schedule=schedule, process_deadline="2026-03-02T20:00:00").deadline == datetime(
        2026, 3, 2, 20, 0, tzinfo=MOSCOW
    )
    assert drawn(now, schedule=schedule, process_deadline="2030-01-01").deadline == now + DAY
    assert drawn(now, process_deadline="2026-03-05T10:00:00-05:00").deadline == datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
    assert drawn(now).deadline is None


@pytest.mark.parametrize(
    ("naive", "utc"),
    [
        ("2026-03-28T12:00:00", datetime(2026, 3, 28, 11, 0, tzinfo=UTC)),  # winter time
        ("2026-03-30T12:00:00", datetime(2026, 3, 30, 10, 0, tzinfo=UTC)),  # summer time
        ("2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # an hour that does not exist
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # an hour that comes twice: the first
    ],
)
def test_a_naive_deadline_around_a_change_of_the_clock(naive: str, utc: datetime) -> None:
    found = drawn(START, BERLIN, process_deadline=naive).deadline
    assert found is not None
    assert found.astimezone(UTC) == utc
    assert found.utcoffset() is not None


def test_seconds_of_a_template_pass_through_a_change_of_the_clock() -> None:
    begun = datetime(2026, 3, 28, 20, 0, tzinfo=BERLIN)  # the clock goes forward in the night
    found = drawn(begun, BERLIN, schedule=Schedule(deadline=DAY)).deadline
    assert found is not None
    assert found.astimezone(UTC) - begun.astimezone(UTC) == DAY
    assert (found.hour, found.utcoffset()) == (21, 2 * HOUR)


def test_planned_dates_of_a_template_are_relative_to_the_creation() -> None:
    found = drawn(START, schedule=Schedule(start=HOUR, end=3 * HOUR))
    assert (found.start, found.end, found.deadline) == (START + HOUR, START + 3 * HOUR, None)


def test_a_plan_that_ends_before_it_starts_loses_its_end_and_it_is_said() -> None:
    params = CreateTaskParams(title="т", element_id="e", process_instance_id="i")
    content = Content(template=Template(schedule=Schedule(start=3 * HOUR, end=HOUR)))
    found = dates(params, content, MOSCOW, START)
    assert (found.start, found.end) == (START + 3 * HOUR, None)
    assert any("плановое завершение" in each for each in content.remarks)


WORK: list[tuple[str, str, timedelta, str]] = [
    ("the next working day, same hour", "2026-03-02 11:00", DAY, "2026-03-03 11:00"),
    ("over a weekend", "2026-03-06 11:00", DAY, "2026-03-09 11:00"),
    ("hours of the same day", "2026-03-02 11:00", 3 * HOUR, "2026-03-02 14:00"),
    ("hours into the next day", "2026-03-02 17:00", 3 * HOUR, "2026-03-03 11:00"),
    ("hours into Monday", "2026-03-06 17:00", 3 * HOUR, "2026-03-09 11:00"),
    ("exactly to the evening", "2026-03-02 15:00", 3 * HOUR, "2026-03-02 18:00"),
    ("begun on a Sunday", "2026-03-08 12:00", 2 * HOUR, "2026-03-09 11:00"),
    ("begun at night", "2026-03-03 23:00", DAY, "2026-03-05 09:00"),
    ("begun before work", "2026-03-03 06:00", HOUR, "2026-03-03 10:00"),
    ("over holidays; a working Saturday counts", "2026-04-30 12:00", DAY, "2026-05-02 12:00"),
    ("over holidays, two days", "2026-04-30 12:00", 2 * DAY, "2026-05-05 12:00"),
    ("a day and hours", "2026-03-05 16:00", DAY + 4 * HOUR, "2026-03-09 11:00"),
]


@pytest.mark.parametrize(("begun", "span", "expected"), [row[1:] for row in WORK], ids=[row[0] for row in WORK])
def test_working_time_of_the_portal(begun: str, span: timedelta, expected: str) -> None:
    found = WEEK.after(datetime.fromisoformat(begun).replace(tzinfo=MOSCOW), span)
    assert f"{found:%Y-%m-%d %H:%M}" == expected
    assert found.tzinfo is MOSCOW


def test_working_days_keep_the_hour_of_the_wall_over_a_change_of_the_clock() -> None:
    begun = datetime(2026, 3, 27, 11, 0, tzinfo=BERLIN)  # Friday; the clock changes on Sunday
    found = WEEK.after(begun, DAY)
    assert (found.hour, found.utcoffset(), begun.utcoffset()) == (11, 2 * HOUR, HOUR)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"work_time_start": "9", "work_time_end": "19"}, (time(9), time(19))),
        ({"work_time_start": "9.30", "work_time_end": "18:15"}, (time(9, 30), time(18, 15))),
        ({"work_time_start": "0", "work_time_end": "24"}, (time(0), time(23, 59))),
        ({"work_time_start": "", "work_time_end": "19"}, None),
        ({"work_time_start": "19", "work_time_end": "9"}, None),
        ({"work_time_start": "9", "work_time_end": "25"}, None),
        ({"work_time_start": "9", "work_time_end": "18",
          "week_holidays": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]}, None),
    ],
)  # fmt: skip
def test_settings_of_a_calendar(row: dict[str, object], expected: tuple[time, time] | None) -> None:
    found = read_calendar(row)
    assert (None if found is None else (found.start, found.end)) == expected


def test_holidays_and_working_days_of_the_year() -> None:
    row = {"work_time_start": "9", "work_time_end": "18", "week_holidays": ["SA", "SU"],
           "year_holidays": "1.01, 08.03", "year_workdays": "31.12"}  # fmt: skip
    found = read_calendar(row)
    assert found is not None
    assert (set(found.holidays), set(found.workdays)) == ({(1, 1), (8, 3)}, {(31, 12)})
    assert set(found.days_off) == {5, 6}


def test_a_calendar_whose_year_is_all_holidays_hangs_nothing() -> None:
    every = frozenset((day, month) for day in range(1, 32) for month in range(1, 13))
    assert WorkCalendar(holidays=every).after(datetime(2026, 3, 2, 11, tzinfo=MOSCOW), DAY) is not None


async def test_a_template_with_working_time_reads_the_portals_calendar_once() -> None:
    fields = {"DEADLINE_AFTER": 5 * 86400, "MATCH_WORK_TIME": "Y"}
    async with open_addon(template(fields=fields, **BARE)) as world:
        world.portal.calendar = PortalCalendar(year_holidays="9.03")
        task = world.task((await build(world)).ref)
        assert task.deadline is not None
        assert task.deadline.astimezone(MOSCOW).date().isoformat() == "2026-03-10"  # 2 March, a weekend, 9 March off
        assert task.match_work_time
        await build(world, "task-2")
        assert world.portal.calls["calendar.settings.get"] == 1


async def test_without_the_right_to_the_calendar_time_passes_by_the_clock_and_it_is_said() -> None:
    fields = {"DEADLINE_AFTER": 5 * 86400, "MATCH_WORK_TIME": "Y"}
    async with open_addon(template(fields=fields, **BARE)) as world:
        hook = world.portal.access.webhooks[0]
        world.portal.access.webhooks[0] = type(hook)(hook.user_id, hook.secret, frozenset({"task", "user", "disk"}))
        params = world.work.prepare(order(variables=VARIABLES))
        made = await world.work.create(world.key("task-1"), params)
        content = world.client.fresh.take(made.ref.id)
        task = world.task(made.ref)
        assert task.deadline is not None
        assert round((task.deadline - task.created_date) / DAY) == 5
        assert content is not None
        assert any("рабочее время в сроках" in each for each in content.remarks)


async def test_c12_a_template_deadline_is_counted_by_the_portals_clock() -> None:
    async with open_addon(template(fields={"DEADLINE_AFTER": 3600}, **BARE)) as world:
        world.portal.faults.clock_skew = timedelta(hours=2)
        task = world.task((await build(world)).ref)
        assert task.deadline is not None
        assert abs((task.deadline - task.created_date) - HOUR) < timedelta(seconds=5)
