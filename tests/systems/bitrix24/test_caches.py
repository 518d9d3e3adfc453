"""C13: what is remembered has a bound and a term, failures are not remembered."""

from __future__ import annotations

from datetime import timedelta

from exchanger.sandbox.bitrix24.module import Diagram, Element
from exchanger.systems.bitrix24 import SYSTEM
from exchanger.systems.bitrix24.kept import Kept
from exchanger.testing.contract import JumpClock
from tests.systems.bitrix24.addon_world import ELEMENT, PROCESS, open_addon, template
from tests.systems.bitrix24.test_template import BARE, build


def test_c13_a_memory_forgets_by_time_and_by_number() -> None:
    clock = JumpClock()
    kept: Kept[str, int] = Kept(clock, timedelta(minutes=5), 2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1  # used just now: "b" is the oldest
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c"), len(kept)) == (1, None, 3, 2)
    clock.jump(301)
    assert kept.get("a") is None


async def test_c13_a_changed_template_is_seen_by_the_very_next_task() -> None:
    async with open_addon(template(**BARE)) as world:
        await build(world)
        world.portal.templates[139].title = "Исправленный"
        assert world.task((await build(world, "task-2")).ref).title == "Исправленный"


async def test_c13_a_changed_diagram_is_seen_within_minutes_and_without_a_restart() -> None:
    async with open_addon(template(**BARE)) as world:
        await build(world)
        world.portal.module.load(Diagram(5, PROCESS, elements=(Element(ELEMENT, template_id=139),)))
        world.clock.jump(301)
        task = world.task((await build(world, "task-2")).ref)
        assert "Флаг" not in task.description
        assert task.project_dependence == ()


async def test_what_an_operator_orders_to_forget_is_asked_anew_at_once() -> None:
    async with open_addon(template(**BARE)) as world, SYSTEM.open(world.client.options, world.clock) as system:
        await build(world)
        world.portal.module.load(Diagram(5, PROCESS, elements=(Element(ELEMENT, template_id=139),)))
        assert "Флаг" in world.task((await build(world, "task-2")).ref).description
        world.client.forget()
        assert "Флаг" not in world.task((await build(world, "task-3")).ref).description
        assert system.forget is not None


async def test_c13_a_diagram_that_was_not_there_is_asked_for_again() -> None:
    async with open_addon(template(**BARE)) as world:
        diagram = world.portal.module.diagrams.pop(PROCESS)
        assert "Флаг" not in world.task((await build(world)).ref).description
        world.portal.module.load(diagram)
        assert "Флаг" in world.task((await build(world, "task-2")).ref).description


async def test_c13_a_supervisor_that_was_not_there_is_asked_for_again() -> None:
    made = template(fields={"CREATED_BY_USE_SUPERVISOR": "Y"}, **BARE)
    async with open_addon(made) as world:
        department = world.portal.directory.departments.pop(9)
        assert world.task((await build(world)).ref).created_by == 107
        world.portal.directory.departments[9] = department
        assert world.task((await build(world, "task-2")).ref).created_by == 42


async def test_everything_can_be_forgotten_at_once() -> None:
    async with open_addon() as world:
        await build(world)
        assert len(world.client.shelf.diagrams) == 1
        world.client.forget()
        assert (len(world.client.shelf.diagrams), len(world.client.shelf.names)) == (0, 0)
        before = world.portal.calls["imena.camunda.diagram.responsible.list"]
        await build(world, "task-2")
        assert world.portal.calls["imena.camunda.diagram.responsible.list"] == before + 1
