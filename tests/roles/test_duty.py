"""The duty: one active process for a system; the others wait, and take over."""

from __future__ import annotations

import pytest

from exchanger.bus import memory
from exchanger.bus.memory_term import LocalTerm
from exchanger.domain.errors import Retry, TermLost
from exchanger.domain.reconcile import Rules
from exchanger.roles.duty import Duty
from exchanger.testing.memory_system import MemoryOptions, memory_system
from tests.roles.house import House


async def test_only_one_of_two_processes_works_and_the_other_takes_over(home: House) -> None:
    # Given two processes for one system
    async with memory_system(MemoryOptions(home.objects), home.clock) as second:
        home.start(home.worker().run, home.responder().run)
        first, other = home.start(home.duty().run, Duty(home.context, second, Rules(), home.pace).run)
        await home.clock.advance(10)
        early = [home.task() for _ in range(20)]
        await home.clock.advance(2)
        # When the active one dies
        first.cancel()
        late = [home.task() for _ in range(20)]
        await home.clock.advance(100)
        # Then the other one works, and nothing was made twice
        assert not other.done()
        assert all(home.is_made(task) for task in [*early, *late])
        assert set(home.objects.creates.values()) == {1}
        await home.stop()


async def test_a_lost_term_is_given_up_and_taken_again(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a duty whose term turns out to be lost when an order is to be made
    await home.open_for_business()
    original, lost = LocalTerm.check, ["once"]

    async def check(self: LocalTerm) -> None:
        if lost:
            lost.clear()
            raise TermLost("вахта потеряна.")
        await original(self)

    monkeypatch.setattr(LocalTerm, "check", check)
    # When an order comes
    task = home.task()
    await home.clock.advance(100)
    # Then a new term makes it, once, after its quarantine
    assert home.is_made(task)
    home.object(task)


async def test_a_term_that_ends_stops_the_work_and_begins_anew(
    home: House, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    # Given a duty in its term
    terms: list[LocalTerm] = []
    original = LocalTerm.__init__

    def remember(self: LocalTerm, *args: object) -> None:
        original(self, *args)  # type: ignore[arg-type]
        terms.append(self)

    monkeypatch.setattr(LocalTerm, "__init__", remember)
    await home.open_for_business()
    # When the broker takes the term away
    terms[0].end()
    await home.clock.advance(200)
    # Then a second term has begun, and tasks are made again
    assert len(terms) == 2
    assert "WARNING вахта потеряна, работа с системой передана" in logged
    task = home.task()
    await home.clock.advance(2)
    assert home.is_made(task)


async def test_a_broker_that_gives_no_term_is_an_outage_like_any_other(
    home: House, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    # Given a broker that refuses the term and the consumption for an hour
    def refuse(*_args: object, **_kwargs: object) -> object:
        raise Retry("нет связи с брокером.")

    with monkeypatch.context() as patch:
        patch.setattr(memory, "hold_lock", refuse)
        patch.setattr(home.bus, "consume", refuse)
        home.start_all()
        await home.clock.advance(3600)
        # Then nobody gave up, and it was said once for each role, without a stack
        assert not any(role.done() for role in home.running)
        assert sum("не работает" in line for line in logged) == 2
        assert not any("неожиданная" in line for line in logged)
    # When it gives them
    await home.clock.advance(120)
    task = home.task()
    await home.clock.advance(5)
    assert home.is_made(task)
