"""What a finished task says to its process: the variables of §4.4 and an answer that is never guessed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.task import Metadata, ObjectRef, ObjectState
from exchanger.sandbox.bitrix24 import default_portal
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.model import EnumItem
from exchanger.testing.contract import JumpClock
from tests.systems.bitrix24.world import CLERK, ENGINEER, BitrixWorld, open_world, order

EXPECTED = {"UF_RESULT_EXPECTED": "true"}


async def make(world: BitrixWorld, **given: Any) -> ObjectRef:
    return (await world.work.create(world.key("task-1"), world.work.prepare(order("task-1", **given)))).ref


async def answer(world: BitrixWorld, ref: ObjectRef, **metadata: Any) -> Outcome:
    (found,) = await world.work.read([ref])
    return await world.work.answer(found, order("task-1").task, Metadata(**metadata))


def values(outcome: Outcome) -> dict[str, Any]:
    assert isinstance(outcome, Completed), outcome
    assert outcome.local_variables == {}
    return {name: variable.value for name, variable in outcome.variables.items()}


COMMON = {
    "bitrix_task_id", "bitrix_task_title", "bitrix_task_status", "bitrix_task_responsible_id",
    "Activity_1_result", "Activity_1_result_files",
}  # fmt: skip


async def test_a_task_without_a_question_tells_about_itself_and_nothing_else(world: BitrixWorld) -> None:
    ref = await make(world, variables={"startedBy": CLERK, "amount": 5})
    world.finish(ref)
    assert values(await answer(world, ref)) == {
        "bitrix_task_id": ref.id,
        "bitrix_task_title": "Согласовать договор",
        "bitrix_task_status": "5",
        "bitrix_task_responsible_id": str(CLERK),
        "Activity_1_result": "сделано",
        "Activity_1_result_files": [],
    }


@pytest.mark.parametrize(("chosen", "meaning"), [("ДА", "ok"), ("НЕТ", "no")])
async def test_the_answer_is_named_after_the_element(world: BitrixWorld, chosen: str, meaning: str) -> None:
    ref = await make(world, extension_properties=EXPECTED)
    world.person().answer(int(ref.id), chosen)
    world.finish(ref)
    assert values(await answer(world, ref))["Activity_1"] == meaning


@pytest.mark.parametrize(("text", "meaning"), [(" да ", "ok"), ("Да", "ok"), ("нет", "no")])
async def test_case_and_spaces_of_the_portals_text_do_not_matter(world: BitrixWorld, text: str, meaning: str) -> None:
    _reword(world, 26, text)
    ref = await make(world, extension_properties=EXPECTED)
    world.person().answer(int(ref.id), "26")
    world.finish(ref)
    assert values(await answer(world, ref))["Activity_1"] == meaning


async def test_c3_answer_stays_numeric_when_enum_unknown_is_incident(world: BitrixWorld) -> None:
    ref = await make(world, extension_properties=EXPECTED)
    world.person().answer(int(ref.id), "ДА")
    world.finish(ref)
    (found,) = await world.work.read([ref])
    odd = replace(found, details={**found.details, "answer": "999"})
    outcome = await world.work.answer(odd, order("task-1").task, Metadata())
    assert isinstance(outcome, Failed)
    assert outcome.retry_in is None
    assert ref.id in outcome.message
    assert ref.link in outcome.message
    assert "Что делать" in outcome.message


async def test_c3_a_list_that_changed_on_the_portal_is_read_again(world: BitrixWorld) -> None:
    ref = await make(world, extension_properties=EXPECTED)
    world.person().answer(int(ref.id), "ДА")
    world.finish(ref)
    assert values(await answer(world, ref))["Activity_1"] == "ok"
    _reword(world, 31, "НЕТ", add=True)
    (found,) = await world.work.read([ref])
    world.clock.jump(60)
    renewed = replace(found, details={**found.details, "answer": "31"})
    assert values(await world.work.answer(renewed, order("task-1").task, Metadata()))["Activity_1"] == "no"


async def test_c3_a_text_that_is_neither_yes_nor_no_is_not_a_refusal(world: BitrixWorld) -> None:
    _reword(world, 26, "Возможно")
    ref = await make(world, extension_properties=EXPECTED)
    world.person().answer(int(ref.id), "26")
    world.finish(ref)
    outcome = await answer(world, ref)
    assert isinstance(outcome, Failed)
    assert outcome.retry_in is None


@pytest.mark.parametrize("kind", [FaultKind.INVALID_CREDENTIALS, FaultKind.INSUFFICIENT_SCOPE, FaultKind.BAD_GATEWAY])
async def test_c3_a_list_that_cannot_be_read_now_is_no_answer_at_all(world: BitrixWorld, kind: FaultKind) -> None:
    """The predecessor went on with an empty list: approvals silently became refusals."""
    ref = await make(world, extension_properties=EXPECTED)
    world.person().answer(int(ref.id), "ДА")
    world.finish(ref)
    world.portal.faults.add(Fault(kind, "task.item.userfield.get"))
    with pytest.raises((SystemPaused, Retry)):
        await answer(world, ref)
    assert values(await answer(world, ref))["Activity_1"] == "ok"


async def test_c4_a_missing_answer_is_an_incident_and_not_a_no(world: BitrixWorld) -> None:
    ref = await make(world, extension_properties=EXPECTED)
    world.finish(ref)
    outcome = await answer(world, ref)
    assert isinstance(outcome, Failed)
    assert outcome.retry_in is None
    assert "не выбран" in outcome.message


async def test_c5_without_an_expected_answer_the_variable_is_not_made_up(world: BitrixWorld) -> None:
    ref = await make(world, extension_properties={"UF_RESULT_EXPECTED": "false"})
    world.person().answer(int(ref.id), "ДА")
    world.finish(ref)
    assert "Activity_1" not in values(await answer(world, ref))


async def test_c1_the_second_answer_in_a_loop_is_the_one_that_counts(world: BitrixWorld) -> None:
    """The old answer is visible as a process variable; the new task answers for itself."""
    ref = await make(world, variables={"startedBy": CLERK, "Activity_1": "no"}, extension_properties=EXPECTED)
    world.person().answer(int(ref.id), "ДА")
    world.finish(ref)
    assert values(await answer(world, ref))["Activity_1"] == "ok"


async def test_c2_nothing_that_was_fetched_is_sent_back(world: BitrixWorld) -> None:
    ref = await make(world, variables={"startedBy": CLERK, "groupId": 7, "total": 100, "bitrix_old": "x"})
    world.finish(ref)
    assert set(values(await answer(world, ref))) == COMMON


async def test_a_portal_without_the_field_lets_the_diagram_say_what_is_expected() -> None:
    clock = JumpClock()
    async with open_world(portal=default_portal(user_fields=(), clock=clock.now), clock=clock) as world:
        ref = await make(world)
        world.finish(ref)
        assert isinstance(await answer(world, ref, extension_properties=EXPECTED), Failed)


async def test_b8_a_declined_task_reaches_the_process(world: BitrixWorld) -> None:
    ref = await make(world)
    world.refuse(ref)
    (found,) = await world.work.read([ref])
    assert found.state is ObjectState.REFUSED
    outcome = await answer(world, ref)
    assert isinstance(outcome, Refused)
    assert outcome.code == "BITRIX_DECLINED"


async def test_b8_a_deleted_task_is_absent_and_breaks_nothing(world: BitrixWorld) -> None:
    ref = await make(world)
    world.delete(ref)
    assert await world.work.read([ref]) == []
    assert await world.work.find([world.key("task-1")]) == []


async def test_b8_a_deferred_task_is_still_open(world: BitrixWorld) -> None:
    ref = await make(world)
    world.person().defer(int(ref.id))
    (found,) = await world.work.read([ref])
    assert found.state is ObjectState.OPEN


async def test_b9_waiting_for_control_is_not_done(world: BitrixWorld) -> None:
    properties = {"control": "true", "responsible": str(ENGINEER)}
    ref = await make(world, extension_properties=properties)
    world.person(ENGINEER).add_result(int(ref.id), "сделано")
    world.person(ENGINEER).complete(int(ref.id))
    (waiting,) = await world.work.read([ref])
    assert (waiting.details["status"], waiting.state) == ("4", ObjectState.OPEN)
    world.person(CLERK).disapprove(int(ref.id))
    (returned,) = await world.work.read([ref])
    assert returned.state is ObjectState.OPEN
    world.person(ENGINEER).complete(int(ref.id))
    world.person(CLERK).approve(int(ref.id))
    (done,) = await world.work.read([ref])
    assert done.state is ObjectState.FINISHED


async def test_b9_an_imported_setting_may_still_call_control_done() -> None:
    async with open_world(done_statuses=frozenset({4, 5})) as world:
        ref = await make(world, extension_properties={"control": "true", "responsible": str(ENGINEER)})
        world.person(ENGINEER).add_result(int(ref.id), "сделано")
        world.person(ENGINEER).complete(int(ref.id))
        (found,) = await world.work.read([ref])
        assert found.state is ObjectState.FINISHED


def _reword(world: BitrixWorld, number: int, text: str, *, add: bool = False) -> None:
    known = world.portal.user_fields.get("UF_RESULT_ANSWER")
    assert known is not None
    kept = tuple(item for item in known.items if add or item.id != number)
    world.portal.user_fields.remove(known.name)
    world.portal.user_fields.add(replace(known, items=(*kept, EnumItem(number, text))))


async def test_an_answer_that_the_question_offers_is_its_own_text(world: BitrixWorld) -> None:
    offered = EXPECTED | {"UF_RESULT_ANSWERS": '["Согласился", "Отказался"]'}
    _reword(world, 40, "согласился ", add=True)
    _reword(world, 41, "Думает", add=True)
    _reword(world, 42, "отказался", add=True)
    for chosen, expected in (("согласился ", "Согласился"), ("НЕТ", "no"), ("Думает", None)):
        ref = await make(world, extension_properties=offered)
        world.person().answer(int(ref.id), chosen)
        world.finish(ref)
        told = await answer(world, ref, extension_properties=offered)
        if expected is None:
            assert isinstance(told, Failed)
            assert "нет среди вариантов вопроса" in told.message
        else:
            assert values(told)["Activity_1"] == expected


@pytest.mark.parametrize(
    "answers", ['["Согласился", "Отказался"]', ["Согласился", "Отказался"], "Согласился, Отказался"]
)
async def test_answers_declared_by_an_input_parameter_are_offered_too(world: BitrixWorld, answers: Any) -> None:
    _reword(world, 40, "Согласился", add=True)
    _reword(world, 41, "Отказался", add=True)
    declared = {"UF_RESULT_EXPECTED": "true", "UF_RESULT_ANSWERS": answers}
    ref = await make(world, input_parameters=declared)
    world.person().answer(int(ref.id), "Согласился")
    world.finish(ref)
    assert values(await answer(world, ref, input_parameters=declared))["Activity_1"] == "Согласился"
    assert isinstance(await answer(world, ref, input_parameters={"UF_RESULT_ANSWERS": "[Согласился"}), Failed)


async def test_an_answer_expected_by_an_input_parameter_is_missed_where_the_portal_does_not_store_it() -> None:
    async with _forgetful_portal() as world:
        ref = await make(world, input_parameters=EXPECTED)
        world.finish(ref)
        assert isinstance(await answer(world, ref, input_parameters=EXPECTED), Failed)
        off = {"UF_RESULT_EXPECTED": "false"}
        told = await answer(world, ref, input_parameters=off, extension_properties=EXPECTED)
        assert "Activity_1" not in values(told), "the parameter is stronger, as at the creation"


async def test_an_expectation_that_the_engine_computes_is_not_taken_for_a_no() -> None:
    """Its value is known at the creation only: a silent completion would lose an answer."""
    computed = {"UF_RESULT_EXPECTED": "${asks}"}
    async with _forgetful_portal() as world:
        ref = await make(world, input_parameters=computed, variables={"startedBy": CLERK, "UF_RESULT_EXPECTED": True})
        world.finish(ref)
        assert isinstance(await answer(world, ref, input_parameters=computed), Failed)
        world.person().answer(int(ref.id), "ДА")
        assert values(await answer(world, ref, input_parameters=computed))["Activity_1"] == "ok"


async def test_a_portal_without_answers_was_never_asked_for_one() -> None:
    clock = JumpClock()
    async with open_world(portal=default_portal(user_fields=(), clock=clock.now), clock=clock) as world:
        ref = await make(world)
        world.finish(ref)
        assert "Activity_1" not in values(await answer(world, ref, input_parameters={"UF_RESULT_EXPECTED": "${asks}"}))


@asynccontextmanager
async def _forgetful_portal() -> AsyncIterator[BitrixWorld]:
    """The portal has a list of answers, but no field for whether one is expected."""
    clock = JumpClock()
    portal = default_portal(clock=clock.now)
    portal.user_fields.remove("UF_RESULT_EXPECTED")
    async with open_world(portal=portal, clock=clock) as world:
        yield world


async def test_a_variant_that_nobody_could_choose_is_refused_before_the_task_is_made(world: BitrixWorld) -> None:
    offered = EXPECTED | {"UF_RESULT_ANSWERS": '["Да", "Согласился", "Отказался"]'}
    _reword(world, 40, " согласился", add=True)
    with pytest.raises(Reject, match="«Отказался»") as refused:
        await make(world, extension_properties=offered)
    assert "«Согласился»" not in str(refused.value).partition(" Что делать:")[0]
    assert "UF_RESULT_ANSWER" in refused.value.remedy
    assert not world.portal.store.tasks
    # The administrator adds it: the repeated task is made at once, by a list that is read again
    _reword(world, 41, "ОТКАЗАЛСЯ", add=True)
    assert (await make(world, extension_properties=offered)).id


async def test_variants_cost_one_reading_of_the_list_for_many_tasks(world: BitrixWorld) -> None:
    offered = EXPECTED | {"UF_RESULT_ANSWERS": "Да, Нет"}
    await make(world, extension_properties=offered)
    await world.work.find([world.key("task-1")])
    before = world.portal.requests.total()
    for number in range(2, 12):
        params = world.work.prepare(order(f"task-{number}", extension_properties=offered))
        await world.work.create(world.key(f"task-{number}"), params)
    assert world.portal.requests.total() - before == 10


async def test_a_question_that_expects_no_answer_needs_no_variants(world: BitrixWorld) -> None:
    assert (await make(world, extension_properties={"UF_RESULT_ANSWERS": "Когда-нибудь"})).id
