"""The tracker: marks, watches and answers; each finding goes through the diff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from exchanger.connect import ErrorCodes, Notice
from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.domain.outcome import Failed, Outcome, Refused
from exchanger.domain.reconcile import Rules
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order, Snapshot
from exchanger.roles.tracker import LINK_VARIABLE
from exchanger.testing.clock import settle
from exchanger.testing.memory_engine import MemoryEngine
from exchanger.testing.memory_objects import MemoryObject
from exchanger.testing.memory_system import MemoryWork
from exchanger.wire import Receipt, Response, decode_response, encode_receipt
from exchanger.wire.names import receipt_address
from tests.roles.house import OURS, SYSTEM, House, always, fail, nothing

MINUTE = 60.0


async def watching(home: House, count: int = 1) -> list[tuple[ExternalTask, MemoryObject]]:
    """Obligations that the tracker, and nobody else, watches."""
    made = [await home.made() for _ in range(count)]
    home.start(home.tracker().run)
    await home.clock.advance(2)
    return made


def answers(home: House, task: ExternalTask) -> list[Response]:
    """What was put on the responses queue; nobody takes it while only the tracker runs."""
    read = (decode_response(message.body) for message in home.bus.published["camunda.responses.queue"])
    return [found for found in read if isinstance(found, Response) and found.task.id == task.id]


async def send_receipt(home: House, task: ExternalTask, ref: ObjectRef, *, adopted: bool = False) -> None:
    receipt = Receipt(Order(task, SYSTEM), ref, adopted, home.clock.now(), key=OURS.key(task.id))
    await home.bus.publish(receipt_address(SYSTEM), encode_receipt(receipt))
    await settle()


def slow_link(patch: pytest.MonkeyPatch, *, seconds: float) -> None:
    note = MemoryEngine.note

    async def slow(engine: MemoryEngine, task: ExternalTask, values: Mapping[str, str]) -> None:
        await engine.state.clock.sleep(seconds)
        await note(engine, task, values)

    patch.setattr(MemoryEngine, "note", slow)


def slow_answer(patch: pytest.MonkeyPatch, home: House, *, seconds: float) -> None:
    answer = MemoryWork.answer

    async def slow(work: MemoryWork, found: Snapshot, task: ExternalTask, metadata: Metadata) -> Outcome:
        await home.clock.sleep(seconds)
        return await answer(work, found, task, metadata)

    patch.setattr(MemoryWork, "answer", slow)


class TestReceipts:
    async def test_a_receipt_marks_the_task_as_made_and_leaves_a_link(self, home: House) -> None:
        task = await home.fetched()
        found = home.objects.add(str(OURS.key(task.id)))
        home.start(home.tracker().run)
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id, f"memory://{found.id}"))
        assert home.is_made(task)
        assert home.state.notes[task.id] == {LINK_VARIABLE: f"memory://{found.id}"}

    async def test_an_engine_that_refuses_the_link_does_not_hold_up_the_task(self, home: House) -> None:
        task = await home.fetched()
        found = home.objects.add(str(OURS.key(task.id)))
        home.state.before = always(lambda: Reject("нет прав на переменные."), at="note")
        home.start(home.tracker().run)
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        home.objects.finish(found.id)
        await home.clock.advance(home.pace.poll + 1)
        assert len(answers(home, task)) == 1
        assert home.bus.waiting(f"{SYSTEM}.sent.queue") == 0

    async def test_a_crash_between_the_mark_and_the_ack_changes_nothing(self, home: House) -> None:
        task = await home.fetched()
        found = home.objects.add(str(OURS.key(task.id)))
        home.state.before = fail(Retry("связь оборвалась."), at="note")
        home.start(home.tracker().run)
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        await home.clock.advance(5)
        assert home.is_made(task)
        assert home.state.notes[task.id] == {LINK_VARIABLE: found.id}

    async def test_an_object_finished_before_its_receipt_arrives_is_answered_at_once(self, home: House) -> None:
        # Given an object that a person finishes while the receipt is still on its way
        task = await home.fetched()
        home.start(home.tracker().run)
        await home.clock.advance(2)
        found = home.objects.add(str(OURS.key(task.id)))
        home.objects.finish(found.id, "да")
        await home.clock.advance(home.pace.poll + 1)
        # When the receipt arrives
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        await home.clock.advance(2)
        # Then the change that lies behind the cursor is not lost
        assert len(answers(home, task)) == 1

    async def test_the_answer_waits_for_the_link(self, home: House, monkeypatch: pytest.MonkeyPatch) -> None:
        # Given an obligation that the tracker has from the engine's list, and its receipt with a slow link
        task, found = await home.made()
        slow_link(monkeypatch, seconds=30)
        home.start(home.tracker().run)
        await home.clock.advance(1)
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        # When a person finishes the object meanwhile
        home.objects.finish(found.id)
        await home.clock.advance(25)
        # Then the outcome is not on its way before the link is there, and is at once after it
        assert not answers(home, task)
        await home.clock.advance(7)
        assert home.state.notes[task.id]
        assert len(answers(home, task)) == 1

    async def test_an_outcome_that_is_being_found_waits_for_the_link(
        self, home: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Given an outcome that the tracker has begun to find before the receipt came
        task, found = await home.made()
        slow_link(monkeypatch, seconds=30)
        slow_answer(monkeypatch, home, seconds=10)
        home.objects.finish(found.id)
        home.start(home.tracker().run)
        await home.clock.advance(5)
        assert home.objects.calls["answer"] == 0
        # When the receipt comes, and the outcome is found while the link is being written
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        await home.clock.advance(15)
        assert home.objects.calls["answer"] == 1
        # Then the outcome goes out only after the link
        assert not answers(home, task)
        await home.clock.advance(16)
        assert home.state.notes[task.id]
        assert len(answers(home, task)) == 1

    async def test_no_link_is_written_when_the_outcome_is_on_its_way(self, home: House) -> None:
        [(task, found)] = await watching(home)
        home.objects.finish(found.id)
        await home.clock.advance(home.pace.poll + 1)
        assert len(answers(home, task)) == 1
        # When the receipt comes again
        home.state.notes.clear()
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        await home.clock.advance(1)
        assert not home.state.notes

    async def test_an_adopted_object_that_was_finished_long_ago_is_answered_at_once(self, home: House) -> None:
        task = await home.fetched()
        found = home.objects.add(str(OURS.key(task.id)))
        home.objects.finish(found.id)
        home.start(home.tracker().run)
        await home.clock.advance(2)
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id), adopted=True)
        await home.clock.advance(2)
        assert len(answers(home, task)) == 1

    async def test_a_task_cancelled_before_its_receipt_leaves_a_word_in_the_object(self, home: House) -> None:
        task = await home.fetched()
        found = home.objects.add(str(OURS.key(task.id)))
        home.start(home.tracker().run)
        await home.clock.advance(2)
        home.state.cancel(task.id)
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        assert found.notices == [Notice.CANCELLED]

    async def test_a_receipt_after_an_incident_is_a_mark_and_the_retry_answers(self, home: House) -> None:
        # Given a task that became an incident although its object exists
        task = await home.fetched()
        found = home.objects.add(str(OURS.key(task.id)))
        home.start(home.tracker().run, home.responder().run)
        home.state.set_retries(task.id, 0)
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        await home.clock.advance(home.pace.walk + 1)
        home.objects.finish(found.id, "да")
        await home.clock.advance(600)
        assert not home.completed(task)
        # When the operator retries
        home.state.set_retries(task.id, 1)
        await home.clock.advance(2 * MINUTE)
        # Then the answer is taken
        assert len(home.completed(task)) == 1

    async def test_a_receipt_of_another_workers_task_changes_nothing(self, home: House, logged: list[str]) -> None:
        task = await home.fetched()
        home.state.tasks[task.id] = replace(home.state.tasks[task.id], worker_id="stranger")
        found = home.objects.add(str(OURS.key(task.id)))
        home.start(home.tracker().run)
        await send_receipt(home, task, ObjectRef(SYSTEM, found.id))
        assert not home.is_made(task)
        assert "ERROR задачу держит другой работник, наша ли она?" in logged
        assert not found.notices


class TestAnswers:
    async def test_an_object_finished_while_nobody_watched_is_answered_at_start(self, home: House) -> None:
        # Given an object that was finished during a long outage of ours
        task, found = await home.made()
        home.objects.finish(found.id, "да")
        await home.clock.advance(24 * 3600)
        # When the tracker starts with an empty index
        home.start(home.tracker().run)
        await home.clock.advance(2)
        # Then it is answered within seconds
        assert len(answers(home, task)) == 1

    async def test_an_answer_is_repeated_until_the_engine_takes_it(self, home: House) -> None:
        # Given an answer that gets lost every time
        [(task, found)] = await watching(home)
        home.objects.finish(found.id, "да")
        times: list[float] = []
        for minute in range(7 * 60):
            before = len(answers(home, task))
            await home.clock.advance(MINUTE)
            times += [minute] * (len(answers(home, task)) - before)
        # Then it is repeated after 5 minutes, 30 minutes, then every two hours (a sweep sees it up to 5 minutes later)
        gaps = [second - first for first, second in pairwise(times)]
        assert [gap // 10 * 10 for gap in gaps[:4]] == [0, 30, 120, 120]
        # When the engine has taken it, then it is not repeated any more
        home.start(home.responder().run)
        await home.clock.advance(2 * MINUTE)
        count = len(answers(home, task))
        await home.clock.advance(6 * 3600)
        assert len(home.completed(task)) == 1
        assert len(answers(home, task)) == count

    async def test_a_refusal_is_believed_only_when_no_other_object_says_otherwise(self, home: House) -> None:
        # Given a refused object, and an open twin of it
        [(task, found)] = await watching(home)
        home.objects.twin(found.id)
        await home.clock.advance(home.pace.poll + 1)
        home.objects.refuse(found.id)
        # When only the refusal is seen in the changes
        await home.clock.advance(home.pace.poll + 1)
        # Then the process hears nothing yet
        assert not answers(home, task)

    async def test_the_newest_generation_counts(self, home: House) -> None:
        [(task, found)] = await watching(home)
        home.objects.refuse(found.id)
        second = home.objects.add(f"{OURS.key(task.id)}:2")
        home.objects.finish(second.id, "да")
        await home.clock.advance(home.pace.poll + 1)
        assert [type(response.outcome).__name__ for response in answers(home, task)] == ["Completed"]

    async def test_a_finished_object_answers_an_incident_only_by_policy(self, home: House) -> None:
        for policy in (False, True):
            home.rules = Rules(answer_clears_incident=policy)
            task, found = await home.made()
            home.state.set_retries(task.id, 0)
            home.objects.finish(found.id)
            home.start(home.tracker().run)
            await home.clock.advance(400)
            assert bool(answers(home, task)) is policy
            await home.stop()


class TestMissing:
    async def test_deleted_is_said_after_two_observations_at_least_a_minute_apart(self, home: House) -> None:
        [(task, found)] = await watching(home)
        home.objects.delete(found.id)
        # When it was missing once
        await home.clock.advance(home.pace.sweep + 31)
        assert not answers(home, task)
        # When it was missing twice
        await home.clock.advance(home.pace.sweep + 31)
        [response] = answers(home, task)
        assert isinstance(response.outcome, Failed)
        assert response.outcome.retry_in is None
        assert "удалён или скрыт" in response.outcome.message

    async def test_a_diagram_that_catches_deletion_by_name_decides_itself(self, home: House) -> None:
        # Given one diagram that catches the code by name
        home.system = replace(home.system, codes=ErrorCodes(deleted="GONE"))
        home.diagrams.catches = frozenset({"GONE"})
        [(task, found)] = await watching(home)
        # When the object is missing for good
        home.objects.delete(found.id)
        await home.clock.advance(2 * home.pace.sweep + 62)
        # Then the process is told, not an operator
        [response] = answers(home, task)
        assert isinstance(response.outcome, Refused)
        assert response.outcome.code == "GONE"

    async def test_a_catch_all_event_does_not_swallow_a_deletion(self, home: House) -> None:
        home.system = replace(home.system, codes=ErrorCodes(deleted="GONE"))
        home.diagrams.catches = frozenset({"*"})
        [(task, found)] = await watching(home)
        home.objects.delete(found.id)
        await home.clock.advance(2 * home.pace.sweep + 62)
        [response] = answers(home, task)
        assert isinstance(response.outcome, Failed)

    async def test_a_jump_of_the_engines_clock_is_not_a_second_observation(self, home: House) -> None:
        # Given an object that is missing at the first look of a new tracker
        task, found = await home.made()
        home.objects.hide(found.id)
        home.pace = replace(home.pace, sweep=10.0)
        home.start(home.tracker().run)
        await home.clock.advance(1)
        # When the engine's clock is set ahead by ten minutes, and the next sweep comes seconds later
        home.engine_clock.skew = timedelta(minutes=10)
        await home.clock.advance(45)
        # Then nothing is said yet
        assert not answers(home, task)
        # When it is really missing for more than a minute
        await home.clock.advance(60)
        assert len(answers(home, task)) == 1

    async def test_an_object_that_comes_back_in_time_is_forgiven(self, home: House) -> None:
        [(task, found)] = await watching(home)
        home.objects.hide(found.id)
        await home.clock.advance(home.pace.sweep + 31)
        home.objects.hide(found.id, hidden=False)
        await home.clock.advance(home.pace.sweep + 31)
        home.objects.hide(found.id)
        await home.clock.advance(home.pace.sweep + 31)
        assert not answers(home, task)

    async def test_a_deleted_object_is_an_incident_and_the_retry_makes_a_new_one(self, home: House) -> None:
        await home.open_for_business()
        task = home.task()
        await home.clock.advance(2)
        home.objects.delete(home.object(task).id)
        await home.clock.advance(2 * home.pace.sweep + 60)
        assert home.state.tasks[task.id].is_incident
        home.state.set_retries(task.id, 1)
        await home.clock.advance(30)
        assert home.is_made(task)
        home.objects.finish(home.object(task).id, "да")
        await home.clock.advance(home.pace.poll + 2)
        assert len(home.completed(task)) == 1

    async def test_everything_hidden_stops_the_system_and_heals_when_it_is_visible_again(
        self, home: House, logged: list[str]
    ) -> None:
        # Given hundred obligations whose objects all vanish from our account
        made = await watching(home, 100)
        for _, found in made:
            home.objects.hide(found.id)
        await home.clock.advance(6 * 3600)
        # Then not one is declared deleted, and the alarm was raised once
        assert not home.bus.published["camunda.responses.queue"]
        assert sum("не работает" in line for line in logged) == 1
        # When they are visible again and one was finished meanwhile
        for _, found in made:
            home.objects.hide(found.id, hidden=False)
        home.objects.finish(made[0][1].id, "да")
        await home.clock.advance(2 * MINUTE)
        # Then the answer goes, and nothing else
        assert [len(answers(home, task)) for task, _ in made] == [1] + [0] * 99
        assert sum("снова работает" in line for line in logged) == 1

    async def test_the_brake_is_felt_after_a_restart_too(self, home: House) -> None:
        made = [await home.made() for _ in range(100)]
        for _, found in made:
            home.objects.hide(found.id)
        home.start(home.tracker().run)
        await home.clock.advance(6 * 3600)
        assert not home.bus.published["camunda.responses.queue"]

    async def test_the_sweep_behind_the_brake_is_not_a_storm(self, home: House) -> None:
        # Given a system behind its brake
        made = await watching(home, 100)
        for _, found in made:
            home.objects.hide(found.id)
        await home.clock.advance(home.pace.sweep + 31)
        reads = home.objects.calls["read"]
        # When an hour passes
        await home.clock.advance(3600)
        # Then it was looked at about once a minute
        assert 30 <= home.objects.calls["read"] - reads <= 130


class TestGone:
    async def test_a_cancelled_task_leaves_one_comment(self, home: House) -> None:
        [(task, found)] = await watching(home)
        home.state.cancel(task.id)
        await home.clock.advance(10 * MINUTE)
        home.objects.touch(found)
        await home.clock.advance(10 * MINUTE)
        assert found.notices == [Notice.CANCELLED]

    async def test_a_completed_task_whose_object_is_reopened_by_a_person_is_told_so(self, home: House) -> None:
        await home.open_for_business()
        task = home.task()
        await home.clock.advance(2)
        found = home.object(task)
        home.objects.finish(found.id, "да")
        await home.clock.advance(5 * MINUTE)
        home.objects.reopen(found.id)
        await home.clock.advance(5 * MINUTE)
        assert found.notices == [Notice.REOPENED]

    async def test_an_unproved_end_leaves_a_comment_that_claims_nothing(self, home: House) -> None:
        home.state.history = False
        [(task, found)] = await watching(home)
        home.state.cancel(task.id)
        await home.clock.advance(5 * MINUTE)
        assert found.notices == [Notice.UNPROVED]

    async def test_an_engine_that_lost_its_tasks_stops_the_system_and_says_nothing_in_the_objects(
        self, home: House
    ) -> None:
        # Given hundred obligations, and an engine that came back with an empty database
        made = await watching(home, 100)
        tasks, definitions = dict(home.state.tasks), set(home.state.definitions)
        home.state.tasks.clear()
        home.state.definitions.clear()
        await home.clock.advance(3600)
        for _, found in made:
            home.objects.touch(found)
        await home.clock.advance(3600)
        assert not any(found.notices for _, found in made)
        # When the right database is back and a person finishes one
        home.state.tasks.update(tasks)
        home.state.definitions.update(definitions)
        home.objects.finish(made[0][1].id)
        await home.clock.advance(3 * MINUTE)
        assert len(answers(home, made[0][0])) == 1

    async def test_many_strangers_at_once_raise_the_brake_instead_of_comments(self, home: House) -> None:
        # Given a tracker that starts on an empty engine, and hundred open objects of ours that change
        home.start(home.tracker().run)
        await home.clock.advance(2)
        objects = [home.objects.add(str(OURS.key(f"lost-{number}"))) for number in range(100)]
        await home.clock.advance(home.pace.poll + 1)
        # Then at most the brake's number of comments is left
        assert sum(bool(found.notices) for found in objects) <= 20

    async def test_a_comment_that_the_system_refuses_delays_no_other(self, home: House) -> None:
        made = await watching(home, 3)
        home.objects.before = fail(Reject("комментарии запрещены."), at="tell")
        for task, _ in made:
            home.state.cancel(task.id)
        await home.clock.advance(3 * MINUTE)
        assert sorted(len(found.notices) for _, found in made) == [0, 1, 1]

    async def test_an_outage_of_the_history_waits_for_the_proof(self, home: House) -> None:
        [(task, found)] = await watching(home)
        home.state.before = always(lambda: Retry("история не отвечает."), at="fate")
        home.state.cancel(task.id)
        await home.clock.advance(10 * MINUTE)
        assert not found.notices
        home.state.before = nothing
        await home.clock.advance(2 * MINUTE)
        assert found.notices == [Notice.CANCELLED]

    async def test_a_task_unlocked_by_hand_is_neither_cancelled_nor_deleted(self, home: House) -> None:
        [(task, found)] = await watching(home)
        home.state.unlock(task.id)
        await home.clock.advance(20 * MINUTE)
        assert not found.notices
        assert not answers(home, task)


class TestWatching:
    async def test_a_passed_deadline_is_told_once_to_a_diagram_that_asks_for_it(self, home: House) -> None:
        home.system = replace(home.system, codes=ErrorCodes(overdue="LATE"))
        home.diagrams.catches = frozenset({"LATE"})
        [(task, found)] = await watching(home)
        found.overdue = True
        await home.clock.advance(home.pace.sweep + 31)
        [response] = answers(home, task)
        assert isinstance(response.outcome, Refused)
        assert response.outcome.code == "LATE"
        # Whether or not the engine takes it: the next word is due in five minutes
        await home.clock.advance(4 * MINUTE)
        assert len(answers(home, task)) == 1

    @pytest.mark.parametrize("catches", [frozenset(), frozenset({"*", "OTHER"})])
    async def test_a_passed_deadline_changes_nothing_for_a_diagram_that_does_not_ask(
        self, home: House, catches: frozenset[str]
    ) -> None:
        home.system = replace(home.system, codes=ErrorCodes(overdue="LATE"))
        home.diagrams.catches = catches
        [(task, found)] = await watching(home)
        found.overdue = True
        await home.clock.advance(20 * MINUTE)
        assert not answers(home, task)
        home.objects.finish(found.id, "да")
        await home.clock.advance(home.pace.poll + 1)
        assert len(answers(home, task)) == 1

    async def test_the_long_lock_is_renewed_below_thirty_days(self, home: House) -> None:
        [(task, _)] = await watching(home)
        await home.engine.hold(task, timedelta(days=29))
        await home.clock.advance(10 * MINUTE)
        left = home.state.tasks[task.id].locked_until - home.state.now()  # type: ignore[operator]
        assert left > timedelta(days=364)

    async def test_a_lock_of_more_than_thirty_days_is_left_alone(self, home: House) -> None:
        [(task, _)] = await watching(home)
        await home.engine.hold(task, timedelta(days=31))
        await home.clock.advance(10 * MINUTE)
        left = home.state.tasks[task.id].locked_until - home.state.now()  # type: ignore[operator]
        assert left < timedelta(days=31)

    async def test_an_expired_long_lock_gives_the_task_back_to_the_fetch_and_its_object_is_adopted(
        self, home: House
    ) -> None:
        # Given an obligation whose mark ran out while we were off for more than a year
        task, found = await home.made()
        home.state.unlock(task.id)
        # When everything starts
        home.start_all()
        await home.clock.advance(100)
        # Then the object is the same
        assert home.object(task) == found
        assert home.is_made(task)

    async def test_twins_are_told_once(self, home: House) -> None:
        # Given an obligation with two open objects
        task, found = await home.made()
        twin = home.objects.twin(found.id)
        home.start(home.tracker().run)
        # When it is watched for long, and both change
        await home.clock.advance(20 * MINUTE)
        home.objects.touch(found)
        home.objects.touch(twin)
        await home.clock.advance(20 * MINUTE)
        # Then the younger one was told, once, and the older one answers
        assert (found.notices, twin.notices) == ([], [Notice.TWIN])
        home.objects.finish(found.id, "да")
        await home.clock.advance(home.pace.poll + 1)
        assert len(answers(home, task)) == 1

    async def test_strangers_on_the_same_portal_are_left_untouched(self, home: House) -> None:
        # Given objects of another installation, of another engine and without a key
        task, _ = await home.made()
        strangers = [
            home.objects.add(key) for key in (f"exch:test:default:{task.id}", f"exch:prod:other:{task.id}", "")
        ]
        home.start(home.tracker().run)
        await home.clock.advance(2)
        # When they are finished, refused and changed
        home.objects.finish(strangers[0].id, "нет")
        home.objects.refuse(strangers[1].id)
        home.objects.touch(strangers[2])
        await home.clock.advance(20 * MINUTE)
        # Then our task is not answered by them, and nothing is said in them
        assert not answers(home, task)
        assert not any(found.notices for found in strangers)

    async def test_a_search_that_ignores_the_filter_answers_nobody_elses_task(self, home: House) -> None:
        first, found = await home.made()
        second, _ = await home.made()
        home.objects.ignores_filter = True
        home.objects.finish(found.id, "да")
        home.start(home.tracker().run)
        await home.clock.advance(5)
        assert len(answers(home, first)) == 1
        assert not answers(home, second)

    async def test_one_poisonous_object_stops_nobody(self, home: House, logged: list[str]) -> None:
        made = await watching(home, 5)
        home.objects.before = fail(ValueError("поле"), at="answer")
        for _, found in made:
            home.objects.finish(found.id)
        await home.clock.advance(home.pace.poll + 1)
        assert sum(len(answers(home, task)) for task, _ in made) == 4
        assert any("неожиданная ошибка наблюдения" in line for line in logged)
        # and the poisonous one is tried again by the sweep
        await home.clock.advance(home.pace.sweep + 31)
        assert all(answers(home, task) for task, _ in made)

    async def test_a_pause_of_the_engine_is_not_a_pause_of_the_system(self, home: House) -> None:
        # Given an engine that refuses our password
        await watching(home)
        home.state.before = always(lambda: SystemPaused("движок: 401."))
        await home.clock.advance(5 * MINUTE)
        # Then the system's circuit stays closed
        assert not home.system.circuit.is_open
