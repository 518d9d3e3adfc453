"""What a person reports with a task: results, their files, answers of questionnaires; and what reading them costs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from exchanger.connect import remarks_heard
from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.domain.outcome import Completed, Failed
from exchanger.domain.task import ObjectState, Snapshot
from exchanger.domain.variables import Variable, VariableType
from exchanger.sandbox.bitrix24 import Build, default_portal
from exchanger.sandbox.bitrix24.access import Access, Webhook
from exchanger.sandbox.bitrix24.drive import DriveFile
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.seed import ADMIN, SECRET
from exchanger.sandbox.bitrix24.templates import Question, Questionnaire
from exchanger.testing.contract import JumpClock
from exchanger.testing.eventually import eventually
from tests.systems.bitrix24.addon_world import open_addon, template
from tests.systems.bitrix24.test_answer import answer, make, values
from tests.systems.bitrix24.world import CLERK, ENGINEER, BitrixWorld, open_world, order

FREE = {"resultRequired": "false"}


async def test_a_finished_task_without_results_costs_no_request(world: BitrixWorld) -> None:
    ref = await make(world, extension_properties=FREE)
    world.person().complete(int(ref.id))
    (found,) = await world.work.read([ref])
    before = world.portal.requests.total()
    told = values(await world.work.answer(found, order().task, order().metadata))
    assert world.portal.requests.total() == before
    assert told["Activity_1_result"] is None  # not absent: a second pass of a loop must not keep the first one's text
    assert told["Activity_1_result_files"] == []


async def test_several_results_come_oldest_first_without_html_entities(world: BitrixWorld) -> None:
    ref = await make(world)
    world.person().add_result(int(ref.id), "первый &quot;итог&quot;")
    world.person().add_result(int(ref.id), "второй &amp; последний")
    world.person().complete(int(ref.id))
    assert values(await answer(world, ref))["Activity_1_result"] == 'первый "итог"\n\nвторой & последний'


async def test_a_text_too_long_for_a_string_comes_as_json(world: BitrixWorld) -> None:
    ref = await make(world)
    world.person().add_result(int(ref.id), "ы" * 4001)
    world.person().complete(int(ref.id))
    outcome = await answer(world, ref)
    assert isinstance(outcome, Completed)
    assert outcome.variables["Activity_1_result"] == Variable(VariableType.JSON, "ы" * 4001)


@pytest.mark.parametrize("new_card", [True, False])
async def test_files_come_by_name_and_without_the_secret_of_their_download(*, new_card: bool) -> None:
    clock = JumpClock()
    portal = default_portal(clock=clock.now, build=Build(new_card=new_card))
    async with open_world(portal=portal, clock=clock, link_base="https://p.example") as world:
        world.portal.drive.put(DriveFile(902, "акт.docx"))
        ref = await make(world)
        world.person().add_result(int(ref.id), "готово", 902)
        world.person().complete(int(ref.id))
        (file,) = values(await answer(world, ref))["Activity_1_result_files"]
        assert (file["fileId"], file["name"]) == (902, "акт.docx")
        link = f"https://p.example/bitrix/tools/disk/uf.php?attachedId={file['id']}&action=download&ncc=1"
        assert file["link"] == link
        assert "auth" not in str(file)


async def test_without_the_right_to_the_drive_a_file_still_has_its_link(world: BitrixWorld) -> None:
    world.portal.drive.put(DriveFile(902, "акт.docx"))
    world.portal.access = Access([Webhook(ADMIN, SECRET, frozenset({"task", "user"}))])
    ref = await make(world)
    world.person().add_result(int(ref.id), "готово", 902)
    world.person().complete(int(ref.id))
    (file,) = values(await answer(world, ref))["Activity_1_result_files"]
    assert file["name"] is None
    assert f"attachedId={file['id']}&" in file["link"]


async def test_a_result_that_cannot_be_read_now_holds_the_answer_back(world: BitrixWorld) -> None:
    ref = await make(world)
    world.finish(ref)
    world.portal.faults.add(Fault(FaultKind.BAD_GATEWAY, "tasks.task.result.list"))
    with pytest.raises((Retry, SystemPaused)):
        await answer(world, ref)
    assert values(await answer(world, ref))["Activity_1_result"] == "сделано"


async def test_a_result_refused_for_good_is_an_incident_and_not_an_empty_text(world: BitrixWorld) -> None:
    ref = await make(world)
    world.finish(ref)
    world.portal.faults.add(Fault(FaultKind.INSUFFICIENT_SCOPE, "tasks.task.result.list"))
    outcome = await answer(world, ref)
    assert isinstance(outcome, Failed)
    assert "результаты не прочитаны" in outcome.message


async def test_the_one_to_whom_the_task_was_delegated_is_named(world: BitrixWorld) -> None:
    ref = await make(world)
    world.person(CLERK).delegate(int(ref.id), ENGINEER)
    world.finish(ref)
    assert values(await answer(world, ref))["bitrix_task_responsible_id"] == str(ENGINEER)


FORM = Questionnaire(
    48,
    "onboarding",
    "Выход на работу",
    (
        Question("NAME", "ФИО"),
        Question("DAYS", "Дней", "integer"),
        Question("CAR", "Машина", "boolean"),
        Question("REMOTE", "Удалённо", "boolean"),
        Question("WHY", "Почему"),
    ),
)


async def test_answers_of_questionnaires_come_typed_in_the_same_request_as_the_results() -> None:
    async with open_addon(template(questionnaires=(FORM,))) as world:
        made = await world.work.create(world.key("task-1"), world.work.prepare(order()))
        await world.work.finish(made, world.work.prepare(order()))
        fill(world, int(made.ref.id), {"NAME": "Ив", "DAYS": "12", "CAR": "true", "REMOTE": None, "WHY": None})
        world.finish(made.ref)
        (found,) = await world.work.read([made.ref])
        before = world.portal.requests.total()
        told = values(await world.work.answer(found, order().task, order().metadata))
        assert world.portal.requests.total() - before == 1
        assert {name: value for name, value in told.items() if "onboarding" in name} == {
            "Activity_1_onboarding_NAME": "Ив",
            "Activity_1_onboarding_DAYS": 12,
            "Activity_1_onboarding_CAR": True,
            "Activity_1_onboarding_REMOTE": False,
            "Activity_1_onboarding_WHY": None,
        }
        assert told["Activity_1_result"] == "сделано"


def fill(world: BitrixWorld, task_id: int, answers: dict[str, str | None]) -> None:
    (form,) = world.portal.module.questionnaires[task_id]
    for question in form["questions"]:
        question["answer"] = answers[question["CODE"]]


async def test_a_result_added_within_the_grace_is_not_missed() -> None:
    async with open_world(result_grace=timedelta(seconds=60)) as world:
        ref = await make(world, extension_properties=FREE)
        world.person().complete(int(ref.id))
        (closed,) = await world.work.read([ref])
        world.person().add_result(int(ref.id), "вдогонку")
        world.clock.jump(61)
        (settled,) = await world.work.read([ref])
        assert (closed.state, settled.state) == (ObjectState.OPEN, ObjectState.FINISHED)
        assert not closed.overdue
        assert values(await answer(world, ref))["Activity_1_result"] == "вдогонку"


async def test_an_open_task_past_its_deadline_is_overdue_by_the_portals_clock(world: BitrixWorld) -> None:
    deadline = (world.clock.now() + timedelta(minutes=5)).isoformat()
    ref = await make(world, extension_properties={"deadline": deadline})
    (fresh,) = await world.work.read([ref])
    world.clock.jump(301)
    (late,) = await world.work.read([ref])
    world.finish(ref)
    (done,) = await world.work.read([ref])
    assert (fresh.overdue, late.overdue, done.overdue) == (False, True, False)


async def ended(world: BitrixWorld, count: int) -> list[Snapshot]:
    made = [await world.make(f"task-{number}") for number in range(count)]
    for each in made:
        world.finish(each.ref)
    return await world.work.read([each.ref for each in made])


async def test_tasks_that_end_together_share_the_requests_for_their_results(world: BitrixWorld) -> None:
    found = await ended(world, 40)
    before = world.portal.requests.total()
    told = await asyncio.gather(*(world.work.answer(each, order().task, order().metadata) for each in found))
    assert world.portal.requests.total() - before == 1
    assert [values(each)["bitrix_task_id"] for each in told] == [each.ref.id for each in found]
    assert {values(each)["Activity_1_result"] for each in told} == {"сделано"}


async def test_one_who_no_longer_waits_takes_nothing_from_the_others(world: BitrixWorld) -> None:
    found = await ended(world, 3)
    world.portal.faults.add(Fault(FaultKind.COMMIT_THEN_DELAY, "batch", delay=0.2))
    asked = [asyncio.create_task(world.work.answer(each, order().task, order().metadata)) for each in found]
    await eventually(lambda: bool(world.portal.faults.fired))  # all three are on their way
    asked[0].cancel()
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(told[0], asyncio.CancelledError)
    assert [values(each)["bitrix_task_id"] for each in told[1:]] == [each.ref.id for each in found[1:]]  # type: ignore[arg-type]


async def test_a_batch_that_fails_is_told_to_everyone_in_it(world: BitrixWorld) -> None:
    found = await ended(world, 3)
    world.portal.faults.add(Fault(FaultKind.BAD_GATEWAY, "batch"))
    asked = (world.work.answer(each, order().task, order().metadata) for each in found)
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(each, Retry | SystemPaused) for each in told)


OWN = (
    '[{"code": "onboarding", "title": "Выход", "questions": ['
    '{"code": "DAYS", "name": "Дней", "type": "integer", "required": true}]}]'
)


async def test_a_questionnaire_of_the_element_beats_that_of_the_template_and_its_answer_comes_back() -> None:
    async with open_addon(template(questionnaires=(FORM,))) as world:
        given = order(extension_properties={"questionnaires": OWN})
        made = await world.work.create(world.key("task-1"), world.work.prepare(given))
        for _ in range(2):
            await world.work.finish(made, world.work.prepare(given))
        [form] = world.portal.module.questionnaires[int(made.ref.id)]
        assert (form["CODE"], form["TITLE"]) == ("onboarding", "Выход")
        fill(world, int(made.ref.id), {"DAYS": "12"})
        world.finish(made.ref)
        (found,) = await world.work.read([made.ref])
        told = values(await world.work.answer(found, given.task, given.metadata))
        assert told["Activity_1_onboarding_DAYS"] == 12


async def test_a_questionnaire_that_a_stock_portal_cannot_hold_is_said(world: BitrixWorld) -> None:
    given = order(extension_properties={"questionnaires": OWN})
    params = world.work.prepare(given)
    with remarks_heard() as heard:
        await world.work.finish(await world.work.create(world.key("task-1"), params), params)
    assert "анкеты: на портале нет модуля imena.camunda" in [str(each) for each in heard]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("анкета", "нужен список JSON"),
        ('{"code": "a"}', "нужен список JSON"),
        ('[{"code": "a", "title": "А"}]', "нужны вопросы"),
        ('[{"code": "a b", "title": "А", "questions": [{"code": "b", "name": "Б"}]}]', "код"),
        ('[{"code": "a", "title": "А", "questions": [{"code": "b", "name": "Б", "type": "цвет"}]}]', "вид вопроса"),
        (
            '[{"code": "a", "title": "А", "questions": [{"code": "b", "name": "Б"}, {"code": "b", "name": "В"}]}]',
            "повтор",
        ),
        ('[{"code": "a", "questions": [{"code": "b", "name": "Б"}]}]', "title"),
    ],
)
async def test_a_questionnaire_that_cannot_be_read_is_named(world: BitrixWorld, text: str, why: str) -> None:
    with pytest.raises(Reject, match=f"questionnaires: .*{why}"):
        world.work.prepare(order(extension_properties={"questionnaires": text}))
