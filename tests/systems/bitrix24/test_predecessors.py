"""Tasks of predecessors: found by element and instance, compared on our side, their results and files carried over."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.sandbox.bitrix24.drive import attached_files
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.model import Task
from exchanger.sandbox.bitrix24.module import Diagram, Element
from exchanger.telemetry.log import log
from tests.systems.bitrix24.addon_world import BEFORE, ELEMENT, INSTANCE, PROCESS, VARIABLES, open_addon, template
from tests.systems.bitrix24.test_appendix_a import known
from tests.systems.bitrix24.test_template import BARE, build
from tests.systems.bitrix24.world import BitrixWorld, order


def earlier(world: BitrixWorld, element: str, text: str = "", *files: int, instance: str = INSTANCE) -> Task:
    fields: dict[str, Any] = {"UF_ELEMENT_ID": element, "UF_PROCESS_INSTANCE_ID": instance}
    task = world.person().create({"TITLE": element, "RESPONSIBLE_ID": 1, **fields})
    if text:
        world.person().add_result(task.id, text, *files)
    return task


def preceded_by(world: BitrixWorld, predecessors: Any) -> None:
    elements = [Element(ELEMENT, template_id=139, predecessors=predecessors), Element(BEFORE)]
    world.portal.module.load(Diagram(5, PROCESS, elements=tuple(elements)))


async def test_a_filter_that_the_portal_passes_over_brings_no_foreign_results() -> None:
    async with open_addon(template(**BARE)) as world:
        foreign = earlier(world, BEFORE, "чужой результат", instance="другой экземпляр")
        world.portal.faults.ignored_filters |= {"UF_ELEMENT_ID", "UF_PROCESS_INSTANCE_ID"}
        task = world.task((await build(world)).ref)
        assert "чужой результат" not in task.description
        assert foreign.id not in [number for number, _ in task.project_dependence]


async def test_in_a_loop_the_newest_task_of_the_element_counts() -> None:
    async with open_addon(template(**BARE)) as world:
        newer = earlier(world, BEFORE, "со второго раза")
        task = world.task((await build(world)).ref)
        assert task.project_dependence == ((newer.id, 2),)
        assert "со второго раза" in task.description
        assert "done" not in task.description


@pytest.mark.parametrize("form", [("A", "B", "C"), '["A", "B", "C"]'])
async def test_several_predecessors_in_their_order(form: Any) -> None:
    async with open_addon(template(**BARE)) as world:
        await known(world)
        preceded_by(world, form)
        tasks = [earlier(world, element, f"итог {element}") for element in "ABC"]
        await build(world)  # the diagram is learnt
        before = world.portal.requests.total()
        task = world.task((await build(world, "task-2")).ref)
        assert world.portal.requests.total() - before <= 4
        assert task.project_dependence == tuple((each.id, 2) for each in tasks)
        places = [task.description.index(f"Задача №{each.id}") for each in tasks]
        assert places == sorted(places)
        assert world.portal.module.links >= {(task.id, each.id) for each in tasks}


async def test_a_predecessor_without_results_costs_no_request_more() -> None:
    async with open_addon() as world:
        await known(world)
        world.portal.results.clear()
        before = world.portal.requests.total()
        task = world.task((await build(world)).ref)
        assert world.portal.requests.total() - before <= 4
        assert "Результаты" not in task.description
        assert task.project_dependence == ((500, 2),)


async def test_one_file_of_template_and_predecessor_is_attached_once() -> None:
    async with open_addon() as world:
        world.person().add_result(500, "то же", 901)
        task = world.task((await build(world)).ref)
        assert sorted(attached_files(world.portal, task)) == [901, 902]


async def test_without_the_right_to_the_drive_the_text_comes_and_the_loss_is_said() -> None:
    said: list[str] = []
    sink = log.add(lambda message: said.append(str(message.record["extra"].get("remark"))), level="WARNING")
    async with open_addon(template(**BARE)) as world:
        hook = world.portal.access.webhooks[0]
        world.portal.access.webhooks[0] = type(hook)(hook.user_id, hook.secret, frozenset({"task", "user", "lists"}))
        task = world.task((await build(world)).ref)
        assert 'done "x"' in task.description
        assert attached_files(world.portal, task) == []
    log.remove(sink)
    assert "файлы результата предшественника: у вебхука нет права disk" in said


async def test_a_comment_of_the_old_card_that_is_gone_gives_way_to_the_attachment() -> None:
    async with open_addon(template(**BARE), build={"new_card": False}) as world:
        world.portal.faults.add(Fault(FaultKind.INSUFFICIENT_SCOPE, "task.commentitem.get", inside=True, times=None),
                                Fault(FaultKind.INSUFFICIENT_SCOPE, "task.commentitem.get", times=None))  # fmt: skip
        task = world.task((await build(world)).ref)
        assert "Файлы: r.docx" in task.description
        assert attached_files(world.portal, task) == [902]


@pytest.mark.parametrize("kind", [FaultKind.ERROR_500_BEFORE, FaultKind.INSUFFICIENT_SCOPE])
async def test_a_refused_guess_is_asked_for_plainly(kind: FaultKind) -> None:
    """A chained command may have had nothing to refer to; what the portal says then proves nothing."""
    async with open_addon(template(**BARE)) as world:
        world.portal.faults.add(Fault(kind, "tasks.task.result.list", inside=True))
        task = world.task((await build(world)).ref)
        assert 'done "x"' in task.description


async def test_a_portal_without_the_fields_has_no_predecessors_and_says_so() -> None:
    said: list[str] = []
    sink = log.add(lambda message: said.append(str(message.record["extra"].get("remark"))), level="WARNING")
    async with open_addon(template(**BARE)) as world:
        world.portal.user_fields.remove("UF_ELEMENT_ID")
        task = world.task((await build(world)).ref)
        assert task.project_dependence == ()
    log.remove(sink)
    assert any(each.startswith("предшественники: у задач портала нет полей") for each in said)


async def test_a_link_that_the_portal_has_made_itself_is_no_trouble() -> None:
    said: list[str] = []
    sink = log.add(lambda message: said.append(str(message.record["extra"].get("remark"))), level="WARNING")
    async with open_addon() as world:
        params = world.work.prepare(order(variables=VARIABLES))
        made = await world.work.create(world.key("task-1"), params)
        world.portal.module.links.add((int(made.ref.id), 500))  # by SE_PROJECTDEPENDENCE
        await world.work.finish(made, params)
        assert len(world.portal.checklists[int(made.ref.id)]) == 4
    log.remove(sink)
    assert not [each for each in said if "связь" in each]
