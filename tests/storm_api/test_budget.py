"""The limit: five requests a minute is what the cloud allows, and it blocks the account of who does not heed it."""

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanger.domain.errors import ConfigError, SystemPaused
from exchanger.sandbox.storm import Limits
from exchanger.storm.api.budget import RETRY_AFTER, RequestBudget
from tests.storm_api.kit import JumpClock

URL = "https://storm.example"
_SPAN = st.sampled_from([0.0, 0.1, 5.0, 50.0]) | st.floats(0, 50)
_STEP = st.tuples(
    st.sampled_from(["request", "request", "request", "request", "restart", "pause", "clock", "reboot"]),
    st.tuples(_SPAN, _SPAN),
    st.floats(-4000, 4000),
)


def _budget(directory: Path, clock: JumpClock, per_minute: int = 4) -> RequestBudget:
    return RequestBudget(directory, URL, per_minute, clock)


def _ledger(directory: Path) -> Path:
    (file,) = directory.glob("requests-*.json")
    return file


async def _play(directory: Path, steps: list[tuple[str, tuple[float, float], float]], per_minute: int) -> Limits:
    clock, server = JumpClock(elapsed=100_000.0), Limits()
    budget = _budget(directory, clock, per_minute)
    for what, (before, after), number in steps:
        if what == "restart":
            budget = _budget(directory, clock, per_minute)
        elif what == "pause":
            clock.elapsed += before
        elif what == "clock":
            clock.skew = number
        elif what == "reboot":
            clock.elapsed += 20.0
            clock.booted = clock.elapsed
        else:
            async with budget.request():
                clock.elapsed += before  # on its way
                server.admit(clock.true_now())
                clock.elapsed += after  # the answer's way back
    return server


@settings(max_examples=150, deadline=None)
@given(st.lists(_STEP, max_size=40), st.sampled_from([4, 5]))
def test_the_server_never_sees_a_violation_through_restarts_reboots_and_steps_of_the_clock(
    steps: list[tuple[str, tuple[float, float], float]], per_minute: int
) -> None:
    with TemporaryDirectory() as directory:
        server = asyncio.run(_play(Path(directory), steps, per_minute))

    assert server.violations == []


async def test_a_request_that_reached_the_server_late_counts_from_its_end(tmp_path: Path) -> None:
    late, quick = ("request", (40.0, 0.0), 0.0), ("request", (0.0, 0.0), 0.0)

    server = await _play(tmp_path, [late, *[quick] * 5], per_minute=5)

    assert server.violations == []


async def test_a_wall_clock_set_forward_frees_nothing(tmp_path: Path) -> None:
    quick = ("request", (0.0, 0.0), 0.0)

    server = await _play(tmp_path, [*[quick] * 4, ("clock", (0.0, 0.0), 4000.0), *[quick] * 4], per_minute=4)

    assert server.violations == []


async def test_a_reboot_with_a_wall_clock_set_back_costs_a_minute_and_no_more(tmp_path: Path) -> None:
    clock = JumpClock(elapsed=100_000.0)
    for _ in range(4):
        async with _budget(tmp_path, clock).request():
            pass
    clock.booted, clock.skew = clock.elapsed, -4000.0

    async with _budget(tmp_path, clock).request():
        pass

    assert clock.elapsed == pytest.approx(100_061.0)


async def test_control_without_the_limit_the_server_does_see_violations(tmp_path: Path) -> None:
    server = await _play(tmp_path, [("request", (0.1, 0.1), 0.0)] * 6, per_minute=0)

    assert len(server.violations) == 1


async def test_a_restart_forgets_nothing(tmp_path: Path) -> None:
    clock = JumpClock()
    for _ in range(4):
        async with _budget(tmp_path, clock).request():
            pass

    async with _budget(tmp_path, clock).request():
        pass

    assert clock.elapsed == pytest.approx(61.0)


async def test_a_request_that_was_killed_midway_is_counted(tmp_path: Path) -> None:
    clock = JumpClock()
    for _ in range(4):
        with pytest.raises(asyncio.CancelledError):
            async with _budget(tmp_path, clock).request():
                raise asyncio.CancelledError

    async with _budget(tmp_path, clock).request():
        pass

    assert clock.elapsed == pytest.approx(61.0)


async def test_the_wish_of_the_server_is_heeded_by_the_next_process(tmp_path: Path) -> None:
    clock = JumpClock()
    async with _budget(tmp_path, clock).request() as ticket:
        ticket.heard(429, {RETRY_AFTER: "90"})

    async with _budget(tmp_path, clock).request():
        pass

    assert clock.elapsed == pytest.approx(91.0)


async def test_an_exhausted_rest_closes_the_minute_although_others_spent_it(tmp_path: Path) -> None:
    clock = JumpClock()
    async with _budget(tmp_path, clock).request() as ticket:
        ticket.heard(200, {"X-Rate-Limit-Remaining": "0"})

    async with _budget(tmp_path, clock).request():
        pass

    assert clock.elapsed == pytest.approx(61.0)


async def test_a_long_wait_is_refused_rather_than_slept(tmp_path: Path) -> None:
    clock = JumpClock()
    async with _budget(tmp_path, clock).request() as ticket:
        ticket.heard(429, {RETRY_AFTER: "3600"})

    with pytest.raises(SystemPaused, match="3601 с") as refused:
        async with _budget(tmp_path, clock).request():
            pass

    assert refused.value.after is not None
    assert clock.slept == []


async def test_before_the_last_violation_of_a_day_requests_stop_and_the_next_day_go_on(tmp_path: Path) -> None:
    clock = JumpClock()
    for _ in range(2):
        async with _budget(tmp_path, clock).request() as ticket:
            ticket.heard(429, {})

    with pytest.raises(SystemPaused, match="заблокировать"):
        async with _budget(tmp_path, clock).request():
            pass
    clock.elapsed += 24 * 3600

    async with _budget(tmp_path, clock).request():
        pass


async def test_a_damaged_file_costs_a_minute_and_not_a_violation(tmp_path: Path) -> None:
    clock = JumpClock()
    async with _budget(tmp_path, clock).request():
        pass
    _ledger(tmp_path).write_text('{"sent": [')

    async with _budget(tmp_path, clock).request():
        pass

    assert clock.elapsed == pytest.approx(61.0)


async def test_two_requests_of_one_process_never_overlap(tmp_path: Path) -> None:
    clock, at_once, most = JumpClock(), 0, 0

    async def ask() -> None:
        nonlocal at_once, most
        async with _budget(tmp_path, clock).request():
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1

    await asyncio.gather(*(ask() for _ in range(5)))

    assert most == 1


_PROCESS = """
import asyncio, sys
from pathlib import Path
from exchanger.storm.api.budget import RequestBudget
from exchanger.telemetry.clock import SystemClock

async def main():
    for _ in range(2):
        async with RequestBudget(Path(sys.argv[1]), "https://storm.example", 4, SystemClock()).request():
            await asyncio.sleep(0.05)

asyncio.run(main())
"""


async def test_processes_count_together(tmp_path: Path) -> None:
    command = (sys.executable, "-c", _PROCESS, str(tmp_path))
    both = [await asyncio.create_subprocess_exec(*command) for _ in range(2)]

    assert [await each.wait() for each in both] == [0, 0]

    assert len(json.loads(_ledger(tmp_path).read_text())["sent"]) == 4


async def test_a_directory_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "storm").write_text("a file in the way")

    with pytest.raises(ConfigError, match="STORMBPMN_DIR"):
        async with _budget(tmp_path / "storm", JumpClock()).request():
            pass
