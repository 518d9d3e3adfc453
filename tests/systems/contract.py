"""The contract of a Work: what every operation that makes objects must hold, whatever the system and its failures.

An author of a system writes a `WorkWorld` (the operation in front of the system's stand-in, with the fault proxy
between them) and inherits `WorkContract`; every test below then runs against it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchanger.connect import Cursor, Ending, Notice
from exchanger.domain.errors import ExchangerError, Reject, Retry, SystemPaused
from exchanger.domain.outcome import Completed, Refused
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, ObjectState, Snapshot
from exchanger.domain.variables import VariableType
from exchanger.testing.proxy import FaultKind, HttpFault, on
from tests.systems.contract_world import WorkWorld
from tests.systems.trouble import TROUBLES, Trouble

_ids = [trouble.name for trouble in TROUBLES]


class WorkContract:
    """Inherit it and give a fixture `world`."""

    async def test_an_object_is_found_by_its_key_and_by_no_other(self, world: WorkWorld) -> None:
        world.strangers(3)
        made = await world.make("task-1")
        await world.make("task-2")
        found = await world.work.find([world.key("task-1")])
        assert [(each.ref, each.key) for each in found] == [(made.ref, world.key("task-1"))]
        assert await world.work.find([world.key("task-3")]) == []

    async def test_the_object_says_where_a_person_opens_it(self, world: WorkWorld) -> None:
        made = await world.make("task-1")
        assert made.ref.link.startswith("http")
        assert made.ref.id in made.ref.link
        assert made.state is ObjectState.OPEN

    async def test_hundreds_of_keys_are_found_at_once(self, world: WorkWorld) -> None:
        names = [f"task-{number}" for number in range(120)]
        for name in names:
            await world.make(name)
        world.strangers(5)
        found = await world.work.find([world.key(name) for name in [*names, "task-none"]])
        assert sorted(str(each.key) for each in found) == sorted(str(world.key(name)) for name in names)

    @pytest.mark.parametrize("trouble", TROUBLES, ids=_ids)
    async def test_a_creation_in_trouble_leaves_exactly_one_object(self, world: WorkWorld, trouble: Trouble) -> None:
        armed = world.proxy.arm(trouble.fault(world.create_path))
        made = await world.make("task-1")
        assert armed.fired == 1
        assert world.objects(world.key("task-1")) == 1
        assert [each.ref for each in await world.work.find([world.key("task-1")])] == [made.ref]

    @pytest.mark.parametrize("trouble", TROUBLES, ids=_ids)
    async def test_a_creation_says_honestly_whether_it_may_have_been_done(
        self, world: WorkWorld, trouble: Trouble
    ) -> None:
        await world.make("task-0")  # whatever the operation learns once is learnt
        world.proxy.arm(replace(trouble.fault(world.create_path), times=None))
        with pytest.raises(trouble.kinds):
            await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))

    @pytest.mark.parametrize("trouble", TROUBLES, ids=_ids)
    async def test_a_search_in_trouble_never_looks_like_absence(self, world: WorkWorld, trouble: Trouble) -> None:
        await world.make("task-1")
        world.proxy.arm(replace(trouble.fault(world.search_path, world.search_method), times=None))
        with pytest.raises((Retry, SystemPaused)):
            await world.work.find([world.key("task-1")])

    @pytest.mark.parametrize("trouble", TROUBLES, ids=_ids)
    async def test_a_reading_in_trouble_never_looks_like_a_deletion(self, world: WorkWorld, trouble: Trouble) -> None:
        made = await world.make("task-1")
        world.proxy.arm(replace(trouble.fault(world.search_path, world.search_method), times=None))
        with pytest.raises((Retry, SystemPaused)):
            await world.work.read([made.ref])

    async def test_no_connection_is_a_pause_and_costs_no_attempt(self, world: WorkWorld) -> None:
        await world.make("task-0")
        await world.proxy.__aexit__(None, None, None)
        with pytest.raises(SystemPaused):
            await world.work.create(world.key("task-1"), world.work.prepare(world.order("task-1")))
        await world.proxy.__aenter__()

    async def test_a_search_that_lags_makes_no_second_object_after_the_quarantine(self, world: WorkWorld) -> None:
        await world.make("task-0")
        world.lag(world.quarantine.total_seconds() / 3)
        world.proxy.arm(HttpFault(FaultKind.CUT_AFTER, on("POST", world.create_path)))
        await world.make("task-1")
        assert world.objects(world.key("task-1")) == 1

    async def test_an_ignored_filter_stops_the_work_before_a_second_object(self, world: WorkWorld) -> None:
        world.strangers(2)
        await world.make("task-1")
        world.ignore_search()
        with pytest.raises(SystemPaused):
            await world.work.find([world.key("task-1")])
        with pytest.raises(SystemPaused):
            await world.work.create(world.key("task-2"), world.work.prepare(world.order("task-2")))
        assert world.objects(world.key("task-2")) == 0

    async def test_finishing_touches_may_be_repeated(self, world: WorkWorld) -> None:
        made, params = await world.make("task-1"), world.work.prepare(world.order("task-1"))
        before = await world.work.read([made.ref])
        await world.work.finish(made, params)
        await world.work.finish(made, params)
        assert await world.work.read([made.ref]) == before

    async def test_what_is_gone_is_absent_and_the_rest_is_read(self, world: WorkWorld) -> None:
        refs = [(await world.make(f"task-{number}")).ref for number in range(60)]
        world.delete(refs[7])
        read = await world.work.read(refs)
        assert {each.ref.id for each in read} == {ref.id for ref in refs} - {refs[7].id}

    async def test_changes_are_followed_from_the_place_that_was_kept(self, world: WorkWorld) -> None:
        made = [await world.make(f"task-{number}") for number in range(3)]
        world.strangers(60)  # more than a page of others' changes
        first: list[Snapshot] = []
        cursor = await _drain(world, Cursor(), first)
        assert {each.ref.id for each in first} == {each.ref.id for each in made}
        world.clock.jump(3600)
        world.finish(made[1].ref)
        second: list[Snapshot] = []
        cursor = await _drain(world, cursor, second)
        fresh = [each for each in second if each not in first]  # pages may overlap in time, the caller sifts them
        assert [(each.ref.id, each.state, each.key) for each in fresh] == [
            (made[1].ref.id, ObjectState.FINISHED, world.key("task-1"))
        ]
        world.clock.jump(3600)
        await _drain(world, cursor, [])
        third: list[Snapshot] = []
        await _drain(world, await _drain(world, cursor, []), third)
        assert third == []

    async def test_a_change_during_the_reading_is_not_lost(self, world: WorkWorld) -> None:
        made = [await world.make(f"task-{number}") for number in range(120)]
        seen: list[Snapshot] = []
        cursor = Cursor()
        async for page, place in world.work.changed(cursor):
            if not seen:
                world.finish(made[0].ref)  # behind the page that has been read
            seen += page
            cursor = place
        await _drain(world, cursor, seen)
        assert ObjectState.FINISHED in {each.state for each in seen if each.ref == made[0].ref}
        assert {each.ref.id for each in seen} == {each.ref.id for each in made}

    async def test_a_reading_of_changes_that_broke_off_is_resumed_without_a_loss(self, world: WorkWorld) -> None:
        made = [await world.make(f"task-{number}") for number in range(120)]
        world.clock.jump(300)
        seen: list[Snapshot] = []
        cursor = Cursor()
        async for page, place in world.work.changed(cursor):
            seen += page
            cursor = place
            break
        await _drain(world, cursor, seen)
        assert {each.ref.id for each in seen} == {each.ref.id for each in made}

    async def test_a_finished_object_answers_with_its_own_variables_only(self, world: WorkWorld) -> None:
        made = await world.make("task-1")
        world.finish(made.ref)
        outcome = await _answer_of(world, made.ref)
        assert isinstance(outcome, Completed)
        own = {VariableType.STRING, VariableType.JSON, VariableType.NULL}
        assert {variable.type for variable in outcome.variables.values()} <= own
        assert not set(outcome.variables) & set(world.order("task-1").variables)

    async def test_a_refusal_is_the_diagrams_business_and_the_object_can_come_back(self, world: WorkWorld) -> None:
        made = await world.make("task-1")
        world.refuse(made.ref)
        assert isinstance(await _answer_of(world, made.ref), Refused)
        if await world.work.reopen(made.ref, "Процесс повторяет задачу."):
            (again,) = await world.work.read([made.ref])
            assert again.state is ObjectState.OPEN

    async def test_the_next_generation_is_another_object_and_both_are_found(self, world: WorkWorld) -> None:
        first = await world.make("task-1")
        world.refuse(first.ref)
        params = world.work.prepare(world.order("task-1"))
        second = await world.work.create(world.key("task-1").next(), params)
        found = await world.work.find([world.key("task-1")])
        assert {each.ref.id: each.key for each in found} == {
            first.ref.id: world.key("task-1"),
            second.ref.id: world.key("task-1").next(),
        }

    @pytest.mark.parametrize("notice", list(Notice))
    async def test_a_person_is_told_once(self, world: WorkWorld, notice: Notice) -> None:
        made = await world.make("task-1")
        await world.work.tell(made.ref, notice)
        await world.work.tell(made.ref, notice)
        assert world.notices(made.ref) == 1

    @pytest.mark.parametrize("how", list(Ending))
    async def test_an_object_that_is_not_needed_any_more_is_ended_or_left_whole(
        self, world: WorkWorld, how: Ending
    ) -> None:
        made, other = await world.make("task-1"), await world.make("task-2")
        before = await world.work.read([other.ref])
        done = [await world.work.end(made.ref, how), await world.work.end(made.ref, how)]
        seen = await world.work.read([made.ref])
        if not done[0]:
            assert [each.state for each in seen] == [ObjectState.OPEN]
        elif how is Ending.DELETE:
            assert (done, seen) == ([True, True], [])
        else:
            assert (done, [each.state for each in seen]) == ([True, True], [ObjectState.FINISHED])
            assert world.notices(made.ref) == 1
        assert await world.work.read([other.ref]) == before

    async def test_a_bad_order_is_refused_with_all_its_mistakes_and_a_remedy(self, world: WorkWorld) -> None:
        order, words = world.bad_order("task-1")
        with pytest.raises(Reject) as refused:
            world.work.prepare(order)
        assert [word for word in words if word not in str(refused.value)] == []
        assert refused.value.remedy

    @pytest.mark.parametrize("trouble", TROUBLES, ids=_ids)
    async def test_no_error_tells_the_secret(self, world: WorkWorld, trouble: Trouble) -> None:
        world.proxy.arm(replace(trouble.fault("", None), times=None))
        with pytest.raises(ExchangerError) as failed:
            await world.work.find([world.key("task-1")])
        cause: BaseException | None = failed.value
        while cause is not None:
            assert world.secret not in f"{cause} {cause!r}"
            cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


async def _drain(world: WorkWorld, cursor: Cursor, seen: list[Snapshot]) -> Cursor:
    async for page, place in world.work.changed(cursor):
        seen += page
        cursor = place
    return cursor


async def _answer_of(world: WorkWorld, ref: ObjectRef) -> object:
    (found,) = await world.work.read([ref])
    task: ExternalTask = world.order("task-1").task
    return await world.work.answer(found, task, Metadata())
