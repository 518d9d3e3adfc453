"""What every engine promises to the roles. Run against memory, Camunda and Operaton."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exchanger.domain.errors import LockedByOther, NextStepRefused, Reject, Retry, Suspended, TooLarge
from exchanger.domain.outcome import Completed, Failure, Refused
from exchanger.domain.task import ExternalTask, Fate, Fetched
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variable, VariableType
from exchanger.ports import Engine
from exchanger.testing.eventually import eventually
from tests.engine.process import ERROR_CODE
from tests.engine.world import World

LEASE = timedelta(minutes=30)
MOMENT = timedelta(milliseconds=200)
YEAR = timedelta(days=365)
NO_WAIT = timedelta(0)

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50)
plain_values: st.SearchStrategy[PlainValue] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.binary(max_size=50),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds UTC
    st.lists(st.integers() | texts, max_size=3),
    st.dictionaries(texts, st.booleans() | st.none() | texts, max_size=3),
)


async def take(engine: Engine, topic: str, *, limit: int = 100, lease: timedelta = LEASE) -> list[Fetched]:
    return await engine.fetch([topic], limit=limit, lease=lease, wait=NO_WAIT)


async def take_one(engine: Engine, topic: str, *, lease: timedelta = LEASE) -> ExternalTask:
    (fetched,) = await take(engine, topic, lease=lease)
    return fetched.task


async def held(engine: Engine, *topics: str, beyond: timedelta | None = None) -> list[ExternalTask]:
    return [task async for page in engine.held(topics, beyond=beyond) for task in page]


async def expired(engine: Engine, task: ExternalTask) -> None:
    await eventually(lambda: task.locked_until and (engine.now() or task.locked_until) > task.locked_until, within=5)


class EngineContract:
    async def test_a_fetched_task_is_leased_with_its_variables(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start(price=5)

        (fetched,) = await take(engine, world.topic)

        assert fetched.task.process_instance_id == instance
        assert fetched.task.worker_id == engine.worker_id
        assert fetched.task.retries is None
        assert fetched.variables["price"] == typed(5)
        assert await take(engine, world.topic) == []

    async def test_urgent_tasks_come_first_and_then_the_old_ones(self, world: World) -> None:
        engine = await world.engine()
        first, second = await world.start(), await world.start()
        urgent = await world.start(priority=50)

        order = [fetched.task.process_instance_id for fetched in await take(engine, world.topic)]

        assert order == [urgent, first, second]

    async def test_nothing_to_ask_for_is_waited_out_not_asked_in_a_hurry(self, world: World) -> None:
        engine = await world.engine()
        started = asyncio.get_running_loop().time()

        assert await engine.fetch([], limit=10, lease=LEASE, wait=MOMENT) == []
        assert await engine.fetch([world.topic], limit=0, lease=LEASE, wait=MOMENT) == []

        assert asyncio.get_running_loop().time() - started > 1.9 * MOMENT.total_seconds()

    async def test_a_waiting_poll_wakes_when_a_task_appears(self, world: World) -> None:
        engine = await world.engine()
        poll = asyncio.create_task(engine.fetch([world.topic], limit=10, lease=LEASE, wait=timedelta(seconds=20)))
        await asyncio.sleep(0.1)
        assert not poll.done()

        instance = await world.start()

        (fetched,) = await asyncio.wait_for(poll, 5)
        assert fetched.task.process_instance_id == instance

    async def test_a_poll_without_tasks_ends_empty_at_its_time(self, world: World) -> None:
        engine = await world.engine()

        assert await engine.fetch([world.topic], limit=10, lease=LEASE, wait=MOMENT) == []

    async def test_a_lost_fetch_heals_when_the_lease_expires(self, world: World) -> None:
        lost, other = await world.engine(), await world.engine("other")
        await world.start()
        task = await take_one(lost, world.topic, lease=MOMENT)

        again = await eventually(lambda: take(other, world.topic), within=5)

        assert [fetched.task.id for fetched in again] == [task.id]

    async def test_a_cancelled_poll_leaves_no_task_locked(self, world: World) -> None:
        stopped, other = await world.engine(), await world.engine("other")
        poll = asyncio.create_task(stopped.fetch([world.topic], limit=10, lease=LEASE, wait=timedelta(seconds=20)))
        await asyncio.sleep(0.1)
        poll.cancel()
        await asyncio.wait({poll})
        assert poll.cancelled()

        instance = await world.start()

        taken = await eventually(lambda: take(other, world.topic), within=5)
        assert [fetched.task.process_instance_id for fetched in taken] == [instance]

    async def test_hold_marks_a_task_as_made(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        await world.start()
        made, ordered = [fetched.task for fetched in await take(engine, world.topic)]

        assert await engine.hold(made, YEAR)

        assert {task.id for task in await held(engine, world.topic)} == {made.id, ordered.id}
        (long,) = await held(engine, world.topic, beyond=timedelta(days=30))
        assert long.id == made.id
        assert long.locked_until is not None
        assert abs(long.locked_until - datetime.now(UTC) - YEAR) < timedelta(minutes=1)

    async def test_hold_works_on_an_expired_lease_of_anybody(self, world: World) -> None:
        first, second = await world.engine(), await world.engine("second")
        await world.start()
        task = await take_one(first, world.topic, lease=MOMENT)

        with pytest.raises(LockedByOther) as refused:
            await second.hold(task, YEAR)
        assert refused.value.worker == first.worker_id

        await eventually(lambda: _holds(second, task), within=5)
        assert [other.id for other in await held(second, world.topic)] == [task.id]

    async def test_hold_works_on_a_suspended_task(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)
        await world.suspend(instance, suspended=True)

        assert await engine.hold(task, YEAR)

        (seen,) = await held(engine, world.topic)
        assert seen.suspended

    async def test_hold_on_a_task_that_is_gone_says_so(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)
        await world.cancel(instance)

        assert not await engine.hold(task, YEAR)

    async def test_pages_miss_no_task_of_one_fetch(self, world: World) -> None:
        engine = await world.engine(page_size=10)
        for _ in range(25):
            await world.start()
        taken = {fetched.task.id for fetched in await take(engine, world.topic)}
        assert len(taken) == 25

        listed = [task.id for task in await held(engine, world.topic)]

        assert sorted(listed) == sorted(taken)

    async def test_only_the_topics_and_the_worker_asked_for_are_listed(self, world: World) -> None:
        engine, other = await world.engine(), await world.engine("other")
        await world.start()
        task = await take_one(engine, world.topic)

        assert [seen.id for seen in await held(engine, world.topic, world.next_topic)] == [task.id]
        assert await held(engine, world.next_topic) == []
        assert await held(other, world.topic) == []

    async def test_completion_moves_the_process_on_with_its_variables(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic)

        assert await engine.settle(task, Completed({"answer": typed("ok")}))

        (following,) = await take(engine, world.next_topic)
        assert following.variables["answer"] == typed("ok")
        assert await engine.get(task.id) is None
        assert await engine.fate(task) is Fate.COMPLETED

    async def test_an_outcome_told_twice_is_taken_once(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic)

        assert await engine.settle(task, Completed({"answer": typed("first")}))
        assert not await engine.settle(task, Completed({"answer": typed("second")}))

        (following,) = await take(engine, world.next_topic)
        assert following.variables["answer"].value == "first"

    async def test_of_concurrent_completions_exactly_one_is_taken(self, world: World) -> None:
        engine = await world.engine()
        for _ in range(5):
            await world.start()
            task = await take_one(engine, world.topic)

            results = await asyncio.gather(
                *(engine.settle(task, Completed()) for _ in range(4)), return_exceptions=True
            )

            assert results.count(True) == 1
            assert all(result in {True, False} or isinstance(result, Retry) for result in results)
        assert len(await take(engine, world.next_topic)) == 5

    async def test_an_expired_lease_does_not_lose_the_answer(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic, lease=MOMENT)
        await expired(engine, task)

        assert await engine.settle(task, Completed())

    async def test_after_an_unlock_the_answer_needs_a_hold(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic)
        await world.unlock(task)

        with pytest.raises(LockedByOther) as refused:
            await engine.settle(task, Completed())
        assert refused.value.worker is None

        assert await engine.hold(task, YEAR)
        assert await engine.settle(task, Completed())

    async def test_the_holder_is_named_when_it_is_another(self, world: World) -> None:
        engine, other = await world.engine(), await world.engine("other")
        await world.start()
        task = await take_one(engine, world.topic)

        for outcome in (Completed(), Refused(ERROR_CODE, "нет"), Failure("сбой", "", 1)):
            with pytest.raises(LockedByOther) as refused:
                await other.settle(task, outcome)
            assert refused.value.worker == engine.worker_id

    async def test_a_suspended_process_takes_no_outcome_until_it_is_resumed(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)
        await world.suspend(instance, suspended=True)

        with pytest.raises(Suspended):
            await engine.settle(task, Completed())

        await world.suspend(instance, suspended=False)
        assert await engine.settle(task, Completed())

    async def test_a_suspended_task_is_not_fetched(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        await world.suspend(instance, suspended=True)

        assert await take(engine, world.topic) == []

    async def test_a_refusal_of_the_next_step_changes_nothing(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)

        with pytest.raises(NextStepRefused, match="sequence flow"):
            await engine.settle(task, Completed({"go": typed("nowhere"), "answer": typed("ok")}))

        variables = await world.variables(instance)
        assert variables["go"] == typed("on")
        assert "answer" not in variables
        assert await engine.settle(task, Completed())

    async def test_a_failure_gives_the_task_back_after_its_pause(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic)

        assert await engine.settle(task, Failure("сбой", "подробности", 2, timedelta(minutes=5)))
        assert await take(engine, world.topic) == []
        assert await engine.settle(task, Failure("сбой", "подробности", 1))

        (again,) = await eventually(lambda: take(engine, world.topic), within=5)
        assert again.task.id == task.id
        assert again.task.retries == 1
        assert again.task.error_message == "сбой"

    async def test_a_last_failure_is_an_incident_that_stays_listed(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic)

        assert await engine.settle(task, Failure("сбой\0", "подробности\0", 0))

        (listed,) = await held(engine, world.topic)
        assert listed.is_incident
        assert listed.error_message == "сбой"
        assert await take(engine, world.topic) == []
        await world.allow_retry(task)
        (again,) = await take(engine, world.topic)
        assert again.task.id == task.id

    async def test_a_caught_error_takes_the_branch_of_the_diagram(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic)

        assert await engine.settle(task, Refused(ERROR_CODE, "исполнитель отказался", {"why": typed("нет времени")}))

        (following,) = await take(engine, world.error_topic)
        assert following.variables["why"].value == "нет времени"

    async def test_an_error_that_nobody_catches_ends_the_instance(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)

        assert await engine.settle(task, Refused("OTHER", "ошибка"))

        assert not await world.is_running(instance)

    async def test_the_fate_of_a_task_is_known(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)
        assert await engine.fate(task) is Fate.ALIVE

        await world.cancel(instance)

        assert await engine.fate(task) is Fate.CANCELLED

    async def test_the_fate_of_a_task_known_by_its_id_alone_is_known(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)
        await world.cancel(instance)
        known = ExternalTask(task.id, world.topic, "", "", "", "")
        stranger = ExternalTask("no-such-task", world.topic, "", "", "", "")

        assert await engine.fate(known) is Fate.CANCELLED
        assert await engine.fate(stranger) is Fate.UNPROVED

    async def test_a_task_of_another_engine_proves_nothing(self, world: World) -> None:
        engine = await world.engine()
        stranger = ExternalTask("no-such-task", world.topic, "no-instance", "other:1:no", "other", "a")

        assert await engine.get(stranger.id) is None
        assert await engine.fate(stranger) is Fate.UNPROVED

    async def test_tenants_do_not_see_each_other(self, world: World, tenants: tuple[str, str]) -> None:
        mine, yours = tenants
        engine = await world.engine(tenant=mine)
        ours, _, _ = await world.start(tenant=mine), await world.start(tenant=yours), await world.start()

        (fetched,) = await take(engine, world.topic)

        assert fetched.task.process_instance_id == ours
        assert fetched.task.tenant_id == mine
        everybody = await world.engine()
        assert len(await take(everybody, world.topic)) == 2
        assert await held(await world.engine(tenant=yours), world.topic) != []

    async def test_a_note_is_seen_at_the_waiting_task_only(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)

        await engine.note(task, {"bitrix_link": "https://portal/task/1"})

        assert await world.notes(task) == {"bitrix_link": "https://portal/task/1"}
        assert "bitrix_link" not in await world.variables(instance)
        assert await engine.settle(task, Completed())
        (following,) = await take(engine, world.next_topic)
        assert "bitrix_link" not in following.variables

    async def test_a_note_for_a_task_that_is_gone_is_quietly_dropped(self, world: World) -> None:
        engine = await world.engine()
        instance = await world.start()
        task = await take_one(engine, world.topic)
        await world.cancel(instance)

        await engine.note(task, {"bitrix_link": "x"})

        assert await engine.get(task.id) is None

    @pytest.mark.parametrize(
        "content", [b"", b'{"type": "x"}', bytes(range(256)) * 600], ids=["empty", "json", "150 KB"]
    )
    async def test_the_content_of_a_file_is_read_apart(self, world: World, content: bytes) -> None:
        engine = await world.engine()
        await world.start()
        file = Variable(VariableType.FILE, content, {"filename": "скан.json", "mimeType": "application/json"})
        assert await engine.settle(await take_one(engine, world.topic), Completed({"скан 1": file}))

        (following,) = await take(engine, world.next_topic)

        assert following.variables["скан 1"].type is VariableType.FILE
        assert following.variables["скан 1"].value is None
        assert await engine.file(following.task, "скан 1", most=len(content)) == content
        if content:
            with pytest.raises(Reject, match="больше"):
                await engine.file(following.task, "скан 1", most=len(content) - 1)

    async def test_a_file_of_the_task_itself_comes_before_that_of_the_instance(self, world: World) -> None:
        engine = await world.engine()
        await world.start()
        whole, own = (Variable(VariableType.FILE, text, {"filename": "a.txt"}) for text in (b"whole", b"own"))
        assert await engine.settle(await take_one(engine, world.topic), Completed({"file": whole, "text": typed("a")}))
        task = await take_one(engine, world.next_topic)

        await world.keep(task, "file", own)

        assert await engine.file(task, "file", most=100) == b"own"
        assert await engine.file(task, "no", most=100) is None
        with pytest.raises(Reject):
            await engine.file(task, "text", most=100)
        await engine.settle(task, Completed())
        assert await engine.file(task, "file", most=100) is None

    async def test_a_file_of_the_subprocess_around_the_task_is_its_own_and_not_its_neighbours(
        self, world: World
    ) -> None:
        engine = await world.engine()
        await world.start(go="inside")
        whole, around, own = (Variable(VariableType.FILE, each, {"filename": "a.txt"}) for each in (b"w", b"a", b"o"))
        assert await engine.settle(await take_one(engine, world.topic), Completed({"file": whole}))
        first, second = (fetched.task for fetched in await take(engine, world.next_topic))

        await world.keep_around(first, "file", around)
        await world.keep_around(second, "apart", around)

        assert await engine.file(first, "file", most=100) == b"a"
        assert await engine.file(second, "file", most=100) == b"w"
        assert await engine.file(second, "apart", most=100) == b"a"
        assert await engine.file(first, "apart", most=100) is None
        with pytest.raises(TooLarge):
            await engine.file(first, "file", most=0)
        await world.keep(first, "file", own)
        assert await engine.file(first, "file", most=100) == b"o"

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(values=st.lists(plain_values, min_size=8, max_size=16))
    @example(
        values=["", "a\0b", "я" * 4000, "я" * 4001, "😀" * 2001, 2**31, 2**63, -0.0, 1e308, {"я": [None, "\0"]}, []]
    )
    @example(values=[datetime(2026, 1, 2, 3, 4, 5, 6999, tzinfo=UTC), b"", bytes(range(256)), True, None, "null"])
    async def test_variables_survive_the_engine(self, world: World, values: list[PlainValue]) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic)
        sent = {f"v{number}": typed(value) for number, value in enumerate(values)}

        assert await engine.settle(task, Completed(sent))

        (following,) = await take(engine, world.next_topic)
        received = {name: variable for name, variable in following.variables.items() if name in sent}
        assert {name: _essence(variable) for name, variable in received.items()} == {
            name: _essence(variable) for name, variable in sent.items()
        }
        await engine.settle(following.task, Completed())

    @pytest.mark.parametrize(
        "variable",
        [
            Variable(VariableType.INTEGER, "x"),
            Variable(VariableType.FILE, None, {"filename": "a.txt"}),
            Variable(VariableType.STRING, "я" * 4001),
        ],
        ids=["not an integer", "a file without content", "too long"],
    )
    async def test_a_value_that_cannot_be_stored_is_rejected(self, world: World, variable: Variable) -> None:
        engine = await world.engine()
        await world.start()
        task = await take_one(engine, world.topic)

        with pytest.raises(Reject):
            await engine.settle(task, Completed({"bad": variable}))

        assert await engine.settle(task, Completed())

    async def test_the_engines_clock_is_known_after_an_answer(self, world: World) -> None:
        engine = await world.engine()
        await take(engine, world.topic)

        moment = engine.now()

        assert moment is not None
        assert abs(moment - datetime.now(UTC)) < timedelta(seconds=1)


async def _holds(engine: Engine, task: ExternalTask) -> bool:
    try:
        return await engine.hold(task, YEAR)
    except LockedByOther:
        return False


def _essence(variable: Variable) -> tuple[str, str]:
    value = variable.value.astimezone(UTC).replace(fold=0) if isinstance(variable.value, datetime) else variable.value
    # Databases keep no sign of zero.
    return variable.type, repr(0.0 if value == 0.0 and isinstance(value, float) else value)
