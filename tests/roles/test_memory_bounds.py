"""What the roles remember is bounded, whatever the months bring."""

from __future__ import annotations

import pytest

from bench.tracking import index_mb
from exchanger.domain.task import ExternalTask, ObjectRef
from exchanger.roles.index import Recent, Watched
from exchanger.roles.serial import Serial
from exchanger.telemetry.health import Condition, Health
from exchanger.testing.clock import VirtualClock
from tests.roles.house import House


def test_recent_keeps_the_latest_and_no_more() -> None:
    recent: Recent[int, str] = Recent(3)
    for number in (1, 2, 3, 1, 4):
        recent.put(number, str(number))
    assert [number for number in range(1, 5) if number in recent] == [1, 3, 4]
    assert (len(recent), recent.get(2), recent.pop(1), recent.pop(1)) == (3, None, "1", None)


@pytest.mark.parametrize(
    "ref",
    [
        ObjectRef("bitrix24", "107", "https://p.example.ru/company/personal/user/107/tasks/task/view/107/"),
        ObjectRef("onec", "a1", "e1cib/data/Задача?ref=b2"),
        ObjectRef("memory", "5"),
        ObjectRef("memory", "", "memory://"),
        None,
    ],
)
def test_the_index_gives_an_object_back_as_it_was(ref: ObjectRef | None) -> None:
    task = ExternalTask("t", "topic", "pi", "d", "k", "a")
    watched = Watched(task)
    watched.ref = ref
    assert watched.ref == Watched(task, ref).ref == ref


def test_a_hundred_thousand_open_tasks_fit_a_hundred_megabytes() -> None:
    assert index_mb(2000) * 1024 * 1024 / 2000 < 950  # bytes a task: some way off the thousand that was promised


async def test_serial_forgets_a_key_that_nobody_waits_for() -> None:
    serial = Serial()
    for number in range(1000):
        async with serial.turn(str(number)):
            assert len(serial._locks) == 1
    assert not serial._locks


async def test_the_index_holds_only_what_is_open(home: House) -> None:
    # Given a tracker, and hundreds of tasks that come and go
    tracker = home.tracker()
    home.start(home.worker().run, home.responder().run, home.duty().run, tracker.run)
    await home.clock.advance(10)
    for _ in range(10):
        for _ in range(30):
            home.task()
        await home.clock.advance(5)
        for found in home.objects.all[-30:]:
            home.objects.finish(found.id)
        await home.clock.advance(home.pace.poll + 2)
    # When the last walk is over
    await home.clock.advance(2 * home.pace.walk)
    # Then nothing is left in the index
    assert not home.state.tasks
    assert tracker.open == 0


def test_health_says_down_once_and_up_once_however_long_it_lasts(logged: list[str]) -> None:
    clock, health = VirtualClock(), Health()
    part = health.part("движок")
    part.up(now=clock.now())
    for _ in range(100):
        part.down("нет связи.", now=clock.now())
    assert (health.ready, part.failures, part.condition) == (False, 100, Condition.DOWN)
    part.up(now=clock.now())
    part.up(now=clock.now())
    assert logged == ["ERROR часть установки не работает, пробуем дальше", "INFO часть установки снова работает"]
    assert health.ready


def test_health_is_not_ready_before_every_part_was_up_once() -> None:
    clock, health = VirtualClock(), Health()
    health.part("движок").up(now=clock.now())
    health.part("портал")
    assert not health.ready
    health.part("портал").degraded("нет поля.", now=clock.now())
    assert health.ready
    assert health.report()["портал"]["condition"] == "degraded"
