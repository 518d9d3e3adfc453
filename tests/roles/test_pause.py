"""What an operator stops stands still within seconds, nothing else does, and it goes on where it stood."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchanger.connect import Side
from exchanger.domain.errors import Retry
from exchanger.roles.pause import Pause, Scope, accept_flag, forget_flag, pause_flag, stop_flag
from exchanger.telemetry.health import Condition
from tests.roles.house import SYSTEM, House

MINUTE = 60.0


async def pause(home: House, *, everything: bool = False) -> None:
    if everything:
        await home.bus.raise_flag(stop_flag(SYSTEM))
    await home.bus.raise_flag(pause_flag(SYSTEM))
    await home.clock.advance(5)


async def resume(home: House) -> None:
    await home.bus.lower_flag(pause_flag(SYSTEM))
    await home.bus.lower_flag(stop_flag(SYSTEM))
    await home.clock.advance(5)


async def test_a_paused_system_gets_nothing_new_and_answers_are_still_carried_back(home: House) -> None:
    # Given an open object, and a pause
    await home.open_for_business()
    first = home.task("первая")
    await home.clock.advance(2)
    await pause(home)
    # When a new task comes, and a person finishes the first
    second = home.task("вторая")
    home.objects.finish(home.object(first).id, "да")
    await home.clock.advance(5 * MINUTE)
    # Then the answer went back, and the new task was not even taken
    assert len(home.completed(first)) == 1
    assert home.objects.of(second.id) == []
    assert home.state.tasks[second.id].worker_id is None or not home.is_made(second)
    # When the pause is over
    await resume(home)
    await home.clock.advance(home.wait.total_seconds())
    # Then it is made, once
    assert len(home.objects.of(second.id)) == 1


async def test_an_order_that_waited_through_the_pause_is_made_once(home: House) -> None:
    # Given orders that were published and a creator that stops before it took them
    home.start(home.worker().run)
    task = home.task()
    await home.clock.advance(2)
    assert home.bus.waiting("memory.queue") == 1
    await pause(home)
    home.start(home.duty().run, home.responder().run)
    await home.clock.advance(2 * 3600)
    assert (home.objects.of(task.id), home.bus.waiting("memory.queue")) == ([], 1)
    await resume(home)
    await home.clock.advance(5 * MINUTE)
    assert len(home.objects.of(task.id)) == 1
    assert home.is_made(task)


async def test_what_a_poll_under_way_brings_is_given_back(home: House) -> None:
    # Given a poll that is under way when the operator speaks
    await home.open_for_business()
    await home.bus.raise_flag(pause_flag(SYSTEM))
    await home.clock.advance(4)
    # When it brings a task
    task = home.task()
    await home.clock.advance(home.wait.total_seconds() + 1)
    # Then no order is published, and the task is free
    assert not any(key.startswith(f"{SYSTEM}.") for key in home.bus.published)
    held = home.state.tasks[task.id].locked_until
    assert held is None or held <= home.state.now()


async def test_with_all_the_system_is_not_asked_at_all(home: House) -> None:
    await home.open_for_business()
    task = home.task()
    await home.clock.advance(2)
    await pause(home, everything=True)
    home.objects.finish(home.object(task).id, "да")
    home.objects.calls.clear()
    await home.clock.advance(3600)
    assert not home.objects.calls
    assert not home.completed(task)
    await resume(home)
    await home.clock.advance(MINUTE)
    assert len(home.completed(task)) == 1


async def test_a_process_that_starts_during_the_pause_asks_the_system_nothing(home: House) -> None:
    await home.made()
    await pause(home, everything=True)
    home.start_all()
    await home.clock.advance(3600)
    assert not home.objects.calls


async def test_the_pause_is_seen_in_health_and_said_once(home: House, logged: list[str]) -> None:
    await home.open_for_business()
    part = home.health.part(f"pause:{SYSTEM}")
    seen = [part.condition.value]
    await pause(home)
    await home.clock.advance(3600)
    seen.append(part.condition.value)
    assert f"exchanger resume {SYSTEM}" in part.reason
    assert home.health.ready, "a pause that was ordered is no failure"
    assert sum("работает не полностью" in line for line in logged) == 1
    await resume(home)
    seen.append(part.condition.value)
    assert seen == ["up", "degraded", "up"]
    assert sum("снова работает" in line for line in logged) == 1


async def test_another_system_goes_on(home: House) -> None:
    await pause(home)
    assert await Pause(home.context, "other").scope() is Scope.NOTHING
    assert await Pause(home.context, SYSTEM).scope() is Scope.NEW


async def test_an_order_that_cannot_be_read_stays_in_force(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(_name: str) -> bool:
        raise Retry("нет связи с брокером.")

    # Given a pause that is known, and a broker that goes away
    await pause(home)
    known = Pause(home.context, SYSTEM)
    assert await known.scope() is Scope.NEW
    monkeypatch.setattr(home.bus, "is_raised", unknown)
    await home.clock.advance(MINUTE)
    # Then it stays; and who never knew does not begin
    assert await known.scope() is Scope.NEW
    with pytest.raises(Retry):
        await Pause(home.context, SYSTEM).scope()
    home.task()
    home.start_all()
    await home.clock.advance(MINUTE)
    assert not home.objects.calls
    assert not any(task.worker_id for task in home.state.tasks.values())


async def test_a_held_side_does_not_ask_and_is_free_at_once(home: House) -> None:
    circuit = home.system.circuit
    circuit.hold(frozenset({Side.CREATE}))
    assert not circuit.is_open
    await circuit.closed(by=Side.WATCH)
    await circuit.broken()
    circuit.hold(frozenset())
    circuit.require(Side.CREATE)
    await circuit.closed(by=Side.CREATE)


class TestAccept:
    async def test_what_vanished_becomes_incidents_when_the_operator_accepts_it_and_the_rest_goes_on(
        self, home: House, logged: list[str]
    ) -> None:
        # Given hundred obligations, thirty of whose objects were deleted
        made = [await home.made() for _ in range(100)]
        await home.open_for_business()
        for _, found in made[:30]:
            home.objects.delete(found.id)
        await home.clock.advance(home.pace.sweep + 2 * MINUTE)
        assert home.health.part(f"brake:{SYSTEM}").condition is Condition.DOWN
        assert not home.state.incidents
        # When the operator accepts
        await home.bus.raise_flag(accept_flag(SYSTEM))
        await home.clock.advance(home.pace.sweep + 2 * MINUTE)
        # Then those thirty are incidents, the order was used up, and the others are answered as always
        assert {task.id for task in home.state.incidents} == {task.id for task, _ in made[:30]}
        assert not await home.bus.is_raised(accept_flag(SYSTEM))
        home.objects.finish(made[50][1].id, "да")
        await home.clock.advance(MINUTE)
        assert len(home.completed(made[50][0])) == 1

    async def test_a_later_vanishing_stops_the_system_again(self, home: House) -> None:
        made = [await home.made() for _ in range(100)]
        await home.open_for_business()
        for _, found in made[:30]:
            home.objects.delete(found.id)
        await home.clock.advance(home.pace.sweep + 2 * MINUTE)
        await home.bus.raise_flag(accept_flag(SYSTEM))
        await home.clock.advance(5)
        for _, found in made[30:60]:
            home.objects.delete(found.id)
        await home.clock.advance(2 * 3600)
        assert {task.id for task in home.state.incidents} <= {task.id for task, _ in made[:30]}
        assert home.health.part(f"brake:{SYSTEM}").condition is Condition.DOWN

    async def test_an_engine_that_lost_its_tasks_is_accepted_with_comments(self, home: House) -> None:
        # Given hundred obligations, and an engine that came back without forty of them
        made = [await home.made() for _ in range(100)]
        await home.open_for_business()
        for task, _ in made[:40]:
            del home.state.tasks[task.id]
        await home.clock.advance(10 * MINUTE)
        assert not any(found.notices for _, found in made)
        await home.bus.raise_flag(accept_flag(SYSTEM))
        await home.clock.advance(5 * MINUTE)
        assert [len(found.notices) for _, found in made] == [1] * 40 + [0] * 60

    async def test_strangers_behind_the_brake_are_told_when_they_are_accepted(self, home: House) -> None:
        home.start(home.duty().run)
        await home.clock.advance(2)
        objects = [home.objects.add(f"exch:prod:default:lost-{number}") for number in range(100)]
        await home.clock.advance(10 * MINUTE)
        assert sum(bool(found.notices) for found in objects) <= 20
        await home.bus.raise_flag(accept_flag(SYSTEM))
        await home.clock.advance(5 * MINUTE)
        assert all(len(found.notices) == 1 for found in objects)

    async def test_an_order_with_nothing_to_accept_is_used_up_and_accepts_nothing_later(
        self, home: House, logged: list[str]
    ) -> None:
        made = [await home.made() for _ in range(100)]
        await home.open_for_business()
        await home.bus.raise_flag(accept_flag(SYSTEM))
        await home.clock.advance(5)
        assert not await home.bus.is_raised(accept_flag(SYSTEM))
        assert any("принимать нечего" in line for line in logged)
        for _, found in made:
            home.objects.delete(found.id)
        await home.clock.advance(3600)
        assert not home.state.incidents


async def test_the_order_is_felt_within_five_seconds(home: House) -> None:
    await home.open_for_business()
    home.wait = timedelta(seconds=1)
    await home.bus.raise_flag(pause_flag(SYSTEM))
    await home.clock.advance(5)
    with pytest.raises(Exception, match="остановлена оператором"):
        home.system.circuit.require(Side.CREATE)


async def test_an_order_to_forget_is_carried_out_once_by_the_duty_in_force(home: House) -> None:
    forgotten: list[int] = []
    await home.bus.raise_flag(forget_flag(SYSTEM))
    pause_, circuit = Pause(home.context, SYSTEM), home.system.circuit
    # When the duty watches for orders
    home.start(lambda: pause_.keep(circuit, {forget_flag(SYSTEM): lambda: forgotten.append(1)}))
    await home.clock.advance(MINUTE)
    # Then it was carried out once and used up
    assert forgotten == [1]
    assert not await home.bus.is_raised(forget_flag(SYSTEM))
