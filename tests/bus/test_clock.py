"""The clock of production."""

from __future__ import annotations

import time
from datetime import UTC

from exchanger.telemetry.clock import SystemClock


def test_monotonic_counts_the_sleep_of_the_machine_too() -> None:
    before, seconds, after = (
        time.clock_gettime(time.CLOCK_BOOTTIME),
        SystemClock().monotonic(),
        time.clock_gettime(time.CLOCK_BOOTTIME),
    )
    assert before <= seconds <= after


def test_now_is_utc_with_its_zone() -> None:
    assert SystemClock().now().tzinfo is UTC


async def test_sleep_waits() -> None:
    clock = SystemClock()
    started = clock.monotonic()
    await clock.sleep(0.02)
    assert clock.monotonic() - started >= 0.02
