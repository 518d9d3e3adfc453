"""The creator: one object for one task, whatever happens between its steps."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from exchanger.connect import Remark, remark
from exchanger.domain.errors import BusinessError, DeadLetter, OutcomeUnknown, Reject, Retry, SystemPaused, TermLost
from exchanger.domain.event import Event, EventKind
from exchanger.domain.outcome import Failed, Refused
from exchanger.domain.task import ExternalTask, ObjectState, Snapshot
from exchanger.ports import Delivery
from exchanger.roles.creator import Creator
from exchanger.roles.quarantine import Inherited
from exchanger.testing.clock import settle
from exchanger.testing.memory_system import MemoryWork
from exchanger.wire import Receipt, Response, decode_receipt, decode_response
from tests.roles.house import OURS, QUEUE, SENT, SYSTEM, Crash, FakeTerm, House, always, fail, nothing

Q = 90.0


def receipts(home: House) -> list[Receipt]:
    return [decode_receipt(message.body) for message in home.bus.published[SENT]]


def responses(home: House) -> list[Response]:
    found = [decode_response(message.body) for message in home.bus.published["camunda.responses.queue"]]
    return [response for response in found if isinstance(response, Response)]


async def in_term(home: House, seconds: float = 200) -> tuple[Creator, FakeTerm]:
    """A creator whose term is `seconds` old: its quarantine is over."""
    term = FakeTerm(home.clock.monotonic())
    creator = home.creator(term)
    await home.clock.advance(seconds)
    return creator, term


async def test_a_fresh_task_pays_neither_search_nor_quarantine(home: House) -> None:
    # Given a term that began ten seconds ago
    creator, term = await in_term(home, 10)
    task = await home.fetched("Счёт")
    # When its order comes
    await creator.handle(home.delivery(task, "Счёт"))
    # Then the object is created at once, without a search, after the term was checked
    assert home.object(task).title == "Счёт"
    assert (home.objects.calls["find"], term.checks) == (0, 1)
    assert [(receipt.adopted, receipt.key) for receipt in receipts(home)] == [(False, OURS.key(task.id))]


async def test_what_an_object_could_not_be_given_is_an_event_of_its_task(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an operation that says what it could not give the object
    async def finish(_self: object, _found: Snapshot, _params: object) -> None:
        for _ in range(2):
            remark(Remark("файл №7", "нет прав"))
        remark(Remark("связь с задачей №5", "её нет"))

    monkeypatch.setattr(MemoryWork, "finish", finish)
    heard: list[Event] = []

    async def listen(event: Event) -> None:
        heard.append(event)

    creator, _ = await in_term(home)
    task, other = await home.fetched(), await home.fetched()
    async with home.bus.hear(SYSTEM, EventKind.REMARK, listen):
        # When two orders are carried out at once
        await asyncio.gather(*(creator.handle(home.delivery(each)) for each in (task, other)))
        await settle()
    # Then each task has one event, with each remark once, and nothing is heard outside of an order
    remark(Remark("а", "б"))
    assert sorted(event.task_id for event in heard) == sorted([task.id, other.id])
    assert heard[0].fields["remark"] == "файл №7; связь с задачей №5"
    assert heard[0].fields["reason"] == "файл №7: нет прав; связь с задачей №5: её нет"


async def test_an_older_task_is_searched_for_and_created_once_after_the_quarantine(home: House) -> None:
    # Given a task that is older than our term
    task = await home.fetched()
    await home.clock.advance(60)
    creator = home.creator()
    # When its order comes
    handling = asyncio.create_task(creator.handle(home.delivery(task)))
    await home.clock.advance(Q - 1)
    assert not home.objects.all
    await home.clock.advance(2)
    await handling
    # Then it was searched for twice, before and after the quarantine, and created once
    home.object(task)
    assert home.objects.calls["find"] == 2


async def test_the_late_create_of_the_former_term_is_found_not_doubled(home: House) -> None:
    # Given a request of the former holder that the system executes 60 seconds after its death
    task = await home.fetched()
    home.objects.add_late(str(OURS.key(task.id)), "", timedelta(seconds=60))
    await home.clock.advance(6)
    creator = home.creator()
    # When the same task comes to us at once
    handling = asyncio.create_task(creator.handle(home.delivery(task)))
    await home.clock.advance(Q + 1)
    await handling
    # Then there is one object, and it is adopted
    home.object(task)
    assert [receipt.adopted for receipt in receipts(home)] == [True]


async def test_two_deliveries_of_one_order_at_once_make_one_object(home: House) -> None:
    # Given the same order twice
    creator, _ = await in_term(home)
    task = await home.fetched()
    # When both are handled at once
    await asyncio.gather(*(creator.handle(home.delivery(task)) for _ in range(2)))
    # Then one object exists; both receipts name it
    found = home.object(task)
    assert [receipt.ref.id for receipt in receipts(home)] == [found.id, found.id]


async def test_a_search_that_lags_does_not_double_what_this_term_created(home: House) -> None:
    # Given a system whose search sees objects an hour late
    home.objects.search_lag = timedelta(hours=1)
    creator, _ = await in_term(home)
    task = await home.fetched()
    await creator.handle(home.delivery(task))
    # When the same order comes again
    await creator.handle(home.delivery(task))
    # Then the object is the same
    home.object(task)


STEPS = [
    "before prepare",
    "before create",
    "after create",
    "before finish",
    "after finish",
    "before publish",
    "after publish",
]


@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_at_any_step_leaves_one_whole_object_and_a_receipt(home: House, step: str) -> None:
    # Given a process that is killed at this step
    creator, _ = await in_term(home)
    task = await home.fetched("Счёт")
    when, call = step.split()
    if call == "publish":
        publish(home, when)
    else:
        setattr(home.objects, when, fail(Crash(), at=call))
    with pytest.raises(Crash):
        await creator.handle(home.delivery(task, "Счёт"))
    home.bus.before = nothing
    # When the broker delivers the order to the next process
    handling = asyncio.create_task(home.creator().handle(home.delivery(task, "Счёт")))
    await home.clock.advance(Q + 1)
    await handling
    # Then there is one object, whole, and its receipt
    assert home.object(task).whole
    assert receipts(home)[-1].ref.id == home.object(task).id


def publish(home: House, when: str) -> None:
    """Kill the process before or after the receipt is stored."""
    if when == "before":
        home.bus.before = always(Crash)
        return
    original = home.bus.publish

    async def stored(*args: object) -> None:
        await original(*args)  # type: ignore[arg-type]
        home.bus.publish = original  # type: ignore[method-assign]
        raise Crash

    home.bus.publish = stored  # type: ignore[method-assign, assignment]


async def test_nothing_is_created_when_the_term_is_lost(home: House) -> None:
    # Given a term that another process has taken
    creator, term = await in_term(home)
    task = await home.fetched()
    term.gone = True
    # When an order comes, then nothing is made and the duty hears of it
    with pytest.raises(TermLost):
        await creator.handle(home.delivery(task))
    assert not home.objects.all
    assert creator.ousted.is_set()


async def test_a_frozen_process_that_wakes_with_a_lost_term_creates_nothing(home: House) -> None:
    # Given a process that froze after its search, just before it asked whether the term is still its own
    task = await home.fetched()
    await home.clock.advance(6)
    term = FakeTerm(home.clock.monotonic(), gate=asyncio.Event())
    frozen = asyncio.create_task(home.creator(term).handle(home.delivery(task)))
    await home.clock.advance(Q + 1)
    # And another that took over and created
    term.gone = True
    other = asyncio.create_task(home.creator().handle(home.delivery(task)))
    await home.clock.advance(Q + 1)
    await other
    # When the frozen one wakes
    assert term.gate is not None
    term.gate.set()
    await asyncio.gather(frozen, return_exceptions=True)
    # Then there is one object
    home.object(task)


async def test_after_an_unknown_outcome_the_object_that_appears_late_is_adopted(home: House) -> None:
    # Given a create whose answer is lost, executed 80 seconds later
    creator, _ = await in_term(home)
    task = await home.fetched()
    home.objects.late = timedelta(seconds=80)
    await creator.handle(home.delivery(task))
    home.objects.late = None
    [response] = responses(home)
    assert response.outcome == Failed("Система в памяти: ответ потерян.", retry_in=timedelta(seconds=Q))
    # When the same order comes again too early, say from a second message
    handling = asyncio.create_task(creator.handle(home.delivery(task)))
    await home.clock.advance(Q + 1)
    await handling
    # Then the late object is adopted
    home.object(task)
    assert [receipt.adopted for receipt in receipts(home)] == [True]


async def test_after_an_unknown_outcome_that_was_none_the_object_is_made(home: House) -> None:
    # Given a create that never reached the system, though we cannot know
    creator, _ = await in_term(home)
    task = await home.fetched()
    home.objects.before = fail(OutcomeUnknown("нет ответа."), at="create")
    await creator.handle(home.delivery(task))
    # When the order comes again
    handling = asyncio.create_task(creator.handle(home.delivery(task)))
    await home.clock.advance(Q + 1)
    await handling
    # Then one object exists
    home.object(task)


async def test_a_paused_system_costs_no_attempt(home: House) -> None:
    # Given a system that takes nobody
    creator, _ = await in_term(home)
    task = await home.fetched()
    home.objects.before = always(lambda: SystemPaused("портал на обслуживании."), at="create")
    # When an order comes
    with pytest.raises(SystemPaused):
        await creator.handle(home.delivery(task))
    # Then the message goes back, the circuit is open, and the process knows nothing of it
    assert home.system.circuit.is_open
    assert not responses(home)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Retry("занято."), Failed("занято.", retry_in=timedelta(seconds=5))),
        (Retry("занято.", after=timedelta(days=2)), Failed("занято.", retry_in=timedelta(minutes=30))),
        (Reject("нет такого сотрудника."), Failed("нет такого сотрудника.")),
        (BusinessError("NO_MONEY", "денег нет."), Refused("NO_MONEY", "денег нет.")),
        (ValueError("поле"), Failed("ValueError: поле", retry_in=timedelta(seconds=Q))),
    ],
)
async def test_each_failure_has_its_outcome(home: House, error: Exception, outcome: object) -> None:
    # Given a system that fails in this way
    creator, _ = await in_term(home)
    task = await home.fetched()
    home.objects.before = fail(error, at="create")
    # When an order comes, then the engine will hear exactly this
    await creator.handle(home.delivery(task))
    assert [response.outcome for response in responses(home)] == [outcome]


async def test_a_topic_without_operation_is_an_incident_with_the_reason(home: House) -> None:
    creator, _ = await in_term(home)
    stray = home.state.add_task("memory_other")
    await creator.handle(home.delivery(stray))
    [response] = responses(home)
    assert isinstance(response.outcome, Failed)
    assert response.outcome.retry_in is None
    assert "memory_other" in response.outcome.message


async def test_an_undecodable_order_goes_to_the_dead_letters(home: House) -> None:
    creator, _ = await in_term(home)
    task = await home.fetched()
    good = home.delivery(task)
    with pytest.raises(DeadLetter):
        await creator.handle(Delivery(type(good.message)(b"{"), QUEUE))


async def refused(home: House, creator: Creator) -> ExternalTask:
    """A task whose object was refused, told to the process, and retried by the operator."""
    task = await home.fetched()
    await creator.handle(home.delivery(task))
    home.objects.refuse(home.object(task).id)
    home.state.set_retries(task.id, 1)
    home.state.unlock(task.id)
    return await home.taken()


async def test_a_retry_after_a_refusal_reopens_the_object(home: House) -> None:
    creator, _ = await in_term(home)
    task = await refused(home, creator)
    # When the operator's retry comes as an order
    await creator.handle(home.delivery(task))
    # Then the same object is open again
    assert (home.object(task).state, home.object(task).reopened) == (ObjectState.OPEN, ["Процесс повторяет задачу."])


@pytest.mark.parametrize("restart", [False, True], ids=["same term", "next term"])
async def test_a_retry_after_a_refusal_makes_the_next_generation_where_reopening_is_impossible(
    home: House, restart: bool
) -> None:
    home.objects.can_reopen = False
    creator, _ = await in_term(home)
    task = await refused(home, creator)
    if restart:
        creator, _ = await in_term(home)
    # When the operator's retry comes as an order, twice
    for _ in range(2):
        await creator.handle(home.delivery(task))
    # Then a second generation was made, once
    assert [found.key for found in home.objects.of(task.id)] == [str(OURS.key(task.id)), f"{OURS.key(task.id)}:2"]


async def test_a_refused_object_of_a_process_that_has_not_heard_of_it_is_adopted(home: House) -> None:
    # Given an object that was made and refused before its receipt was stored
    task = await home.fetched()
    found = home.objects.add(str(OURS.key(task.id)))
    home.objects.refuse(found.id)
    creator, _ = await in_term(home)
    # When the order comes again
    await creator.handle(home.delivery(task))
    # Then it is neither reopened nor made again: the process will hear of the refusal
    assert home.object(task).state is ObjectState.REFUSED
    assert [receipt.adopted for receipt in receipts(home)] == [True]


async def test_a_search_that_ignores_the_filter_adopts_nothing_that_is_not_ours(home: House) -> None:
    # Given a system that returns everything, with objects of other tasks and another installation
    task = await home.fetched()
    home.objects.add(f"exch:test:default:{task.id}")
    home.objects.add(str(OURS.key("task-77")))
    home.objects.ignores_filter = True
    creator, _ = await in_term(home)
    # When the order comes
    await creator.handle(home.delivery(task))
    # Then our own object is made
    assert home.objects.creates[str(OURS.key(task.id))] == 1
    assert [receipt.adopted for receipt in receipts(home)] == [False]


async def test_an_order_that_outlived_its_lease_makes_nothing_for_a_cancelled_task(home: House) -> None:
    # Given an order that lay in the queue for hours, while its process was cancelled
    creator, _ = await in_term(home)
    task = await home.fetched()
    await home.clock.advance(3 * 3600)
    home.state.cancel(task.id)
    # When the creator comes to it
    await creator.handle(home.delivery(task))
    # Then nothing is made
    assert not home.objects.all
    assert not responses(home)


async def test_an_order_that_outlived_its_lease_waits_while_the_engine_is_away(home: House) -> None:
    creator, _ = await in_term(home)
    task = await home.fetched()
    await home.clock.advance(3 * 3600)
    home.state.before = always(lambda: Retry("движка нет."), at="get")
    with pytest.raises(Retry):
        await creator.handle(home.delivery(task))
    assert not home.objects.all


async def test_two_orders_of_one_task_of_different_leases_make_one_object(home: House) -> None:
    # Given an order whose lease ran out in the queue, and the second one that the fetch made of it
    creator, _ = await in_term(home)
    first = await home.fetched()
    await home.clock.advance(home.locks.lease.total_seconds() + 60)
    second = await home.taken()
    # When both are handled, in either order and at once
    await asyncio.gather(creator.handle(home.delivery(second)), creator.handle(home.delivery(first)))
    # Then there is one object
    home.object(first)


async def test_a_next_generation_that_may_be_on_its_way_is_waited_for(home: House) -> None:
    # Given a refused object, and a second generation whose creation has an unknown outcome
    home.objects.can_reopen = False
    creator, _ = await in_term(home)
    task = await refused(home, creator)
    home.objects.late = timedelta(seconds=80)
    await creator.handle(home.delivery(task))
    home.objects.late = None
    # When the order comes again at once
    handling = asyncio.create_task(creator.handle(home.delivery(task)))
    await home.clock.advance(Q + 1)
    await handling
    # Then the second generation was made once
    keys = [found.key for found in home.objects.of(task.id)]
    assert keys == [str(OURS.key(task.id)), f"{OURS.key(task.id)}:2"]


async def test_what_the_engine_listed_at_the_beginning_of_the_term_is_old_whatever_its_clock_says(home: House) -> None:
    # Given a task with an object of the former holder, whose engine's clock was ahead and is set back before our term
    home.engine_clock.skew = timedelta(minutes=10)
    task = await home.fetched()
    home.objects.add(str(OURS.key(task.id)))
    home.engine_clock.skew = timedelta()
    creator = home.creator(inherited=Inherited(frozenset({task.id})))
    await home.clock.advance(200)
    # When its order comes, then its object is adopted
    await creator.handle(home.delivery(task))
    home.object(task)


async def test_before_the_engines_list_is_known_any_task_may_be_old(home: House) -> None:
    # Given a term that has not read the engine's list yet
    inherited = Inherited()
    term = FakeTerm(home.clock.monotonic())
    await home.clock.advance(200)
    creator = home.creator(term, inherited)
    await creator.handle(home.delivery(await home.fetched()))
    assert home.objects.calls["find"] == 1
    # When it has
    inherited.settle([])
    await creator.handle(home.delivery(await home.fetched()))
    # Then new tasks are not searched for
    assert home.objects.calls["find"] == 1


class TestClocks:
    """What the engine's clock does must not make an old task look like a new one."""

    @pytest.mark.parametrize("skew", [timedelta(minutes=-10), timedelta(minutes=10)])
    async def test_a_skewed_engine_changes_nothing(self, home: House, skew: timedelta) -> None:
        home.engine_clock.skew = skew
        creator, _ = await in_term(home, 10)
        fresh = await home.fetched()
        await creator.handle(home.delivery(fresh))
        assert (home.objects.calls["find"], len(home.objects.all)) == (0, 1)

    async def test_an_engine_set_back_after_our_start_pays_with_a_search(self, home: House) -> None:
        # Given a task with an object of the former holder, and our term
        task = await home.fetched()
        home.objects.add(str(OURS.key(task.id)))
        await home.clock.advance(60)
        creator, _ = await in_term(home, 10)
        await creator.handle(home.delivery(await home.fetched()))
        # When the engine's clock is set back by ten minutes
        home.engine_clock.skew = timedelta(minutes=-10)
        await creator.handle(home.delivery(task))
        # Then the old task is still an old one: its object is adopted
        home.object(task)

    async def test_an_unknown_engine_clock_means_caution(self, home: House, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given an engine that has not answered yet, and a quarantine that is over
        creator, _ = await in_term(home)
        task = await home.fetched()
        monkeypatch.setattr(type(home.engine), "now", lambda _self: None)
        # When an order comes
        await creator.handle(home.delivery(task))
        # Then it is searched for, and does not wait
        home.object(task)
        assert home.objects.calls["find"] == 1


async def test_the_memory_of_a_term_is_bounded(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a memory of three attempts
    monkeypatch.setattr("exchanger.roles.quarantine._REMEMBERED", 3)
    creator, _ = await in_term(home)
    tasks = []
    for _ in range(10):
        tasks.append(await home.fetched())
        await creator.handle(home.delivery(tasks[-1]))
        await home.clock.advance(1)
    # When an order that was forgotten comes again
    await creator.handle(home.delivery(tasks[0]))
    # Then it is searched for, not made again
    home.object(tasks[0])
    assert home.objects.calls["find"] == 1
