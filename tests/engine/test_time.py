from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from exchanger.engine.time import EngineTime

START = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)


class Stopwatch:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def observe(time: EngineTime, stopwatch: Stopwatch, engine: datetime) -> None:
    sent = stopwatch.seconds
    stopwatch.seconds += 0.01
    time.observe(format_datetime(engine.replace(microsecond=0), usegmt=True), sent, stopwatch.seconds)


def test_nothing_is_known_before_the_first_answer() -> None:
    time = EngineTime(Stopwatch())
    time.observe("", 1, 2)
    time.observe("yesterday", 1, 2)

    assert time.now() is None


def test_the_clock_is_found_more_exactly_than_the_header_tells_it() -> None:
    stopwatch = Stopwatch()
    time = EngineTime(stopwatch)
    for step in range(40):
        stopwatch.seconds = 100 + step * 1.37
        observe(time, stopwatch, START + timedelta(seconds=stopwatch.seconds))

    moment = time.now()

    assert moment is not None
    assert abs(moment - START - timedelta(seconds=stopwatch.seconds)) < timedelta(milliseconds=150)


def test_a_clock_that_was_set_is_believed_at_once() -> None:
    stopwatch = Stopwatch()
    time = EngineTime(stopwatch)
    observe(time, stopwatch, START)

    observe(time, stopwatch, START - timedelta(hours=1))

    moment = time.now()
    assert moment is not None
    assert abs(moment - START + timedelta(hours=1)) < timedelta(seconds=1)
