"""The message that the predecessor's twenty requests were recorded with gives the same task with at most four."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from exchanger.domain.task import Snapshot
from exchanger.sandbox.bitrix24.drive import attached_files
from exchanger.sandbox.bitrix24.module import Element
from exchanger.systems.bitrix24.batch import Command
from tests.systems.bitrix24.addon_world import (
    ACCOMPLICE,
    ELEMENT,
    FIRST,
    INSTANCE,
    OWNER,
    PROCESS,
    PROPERTIES,
    RESULT_FILE,
    SUPERVISOR,
    TEMPLATE_FILE,
    VARIABLES,
    lists_of,
    open_addon,
    template,
)
from tests.systems.bitrix24.world import BitrixWorld, order

DESCRIPTION = (
    "Опис\n\n---\n[B]Анк[/B]\n• ФИО: Ив\n• Дата: 21.12.2025\n• Рук: Петров Пётр\n• Орг: ИМЕНА\n\n---\nФлаг: Да;\n"
    'Имя: v;\n\n---\n[B]Результаты предшествующих задач:[/B]\n\n[B]Задача №500:[/B]\n  done "x"\n     Файлы: r.docx\n'
)


async def build(world: BitrixWorld, task_id: str = "ext-1", **given: Any) -> Snapshot:
    """What a creator does with a new order: make, then finish."""
    params = world.work.prepare(
        order(task_id, **({"variables": VARIABLES, "extension_properties": PROPERTIES} | given))
    )
    made = await world.work.create(world.key(task_id), params)
    await world.work.finish(made, params)
    return made


async def known(world: BitrixWorld) -> None:
    """The portal's capabilities are learnt once in half an hour, the search is proved once in a process's life."""
    await world.client.inspector.get()
    world.client.proof.found("XML_ID")


@pytest.mark.parametrize("new_card", [False, True])
@pytest.mark.parametrize("loose", [False, True])
async def test_the_observed_task_is_made_with_four_requests(new_card: bool, loose: bool) -> None:
    async with open_addon(build={"new_card": new_card, "loose": loose}) as world:
        await known(world)
        sent: list[Any] = []
        world.portal.listeners.append(sent.append)
        before = world.portal.requests.total()
        made = await build(world)
        assert world.portal.requests.total() - before == 4
        task = world.task(made.ref)
        assert (task.title, task.description) == ("Шаблон", DESCRIPTION)
        assert (task.priority, task.group_id, task.parent_id) == (1, 3, 77)
        assert (task.created_by, task.responsible_id) == (SUPERVISOR, FIRST)
        assert (task.accomplices, task.auditors, task.tags) == ((ACCOMPLICE,), (OWNER,), ("a", "b"))
        assert task.deadline is not None
        assert 86_390 <= (task.deadline - task.created_date).total_seconds() <= 86_410
        assert task.user_fields["UF_RESULT_EXPECTED"] == 1
        assert {name: task.user_fields[f"UF_{name}"] for name in
                ("CAMUNDA_ID_EXTERNAL_TASK", "RESULT_QUESTION", "ELEMENT_ID", "PROCESS_INSTANCE_ID")} == {
            "CAMUNDA_ID_EXTERNAL_TASK": "ext-1", "RESULT_QUESTION": "q?", "ELEMENT_ID": ELEMENT,
            "PROCESS_INSTANCE_ID": INSTANCE,
        }  # fmt: skip
        assert (task.project_dependence, task.parameters) == (((500, 2),), {3: "Y"})
        assert attached_files(world.portal, task) == [TEMPLATE_FILE, RESULT_FILE]
        assert world.portal.module.links == {(task.id, 500)}
        assert [row["CODE"] for row in world.portal.module.questionnaires[task.id]] == ["onboarding"]
        assert lists_of(world.portal, task.id) == [("Первый", [("раз", [])]), ("Второй", [("два", [])])]
        assert world.portal.module.synced == [(PROCESS, INSTANCE)]


async def test_the_next_task_of_the_diagram_costs_no_more() -> None:
    async with open_addon() as world:
        await known(world)
        await build(world)
        before = world.portal.requests.total()
        await build(world, "ext-2")
        assert world.portal.requests.total() - before <= 4


async def test_a_task_of_the_add_on_without_a_template_costs_a_reading_a_creation_and_a_sync() -> None:
    async with open_addon() as world:
        await known(world)
        diagram = world.portal.module.diagrams[PROCESS]
        world.portal.module.load(replace(diagram, elements=(Element(ELEMENT),)))
        await build(world)
        before = world.portal.requests.total()
        made = await build(world, "ext-2")
        assert world.portal.requests.total() - before == 3
        assert world.task(made.ref).title == "Согласовать договор"
        assert world.task(made.ref).description.startswith("Согласовать договор\n\n---\nФлаг: Да;")


async def test_variables_with_a_dollar_go_by_a_call_of_their_own_and_nothing_is_substituted() -> None:
    """The portal replaces `$result[…]` anywhere in a batch: a person's text must never be there."""
    async with open_addon() as world:
        await known(world)
        evil = "$result[element][data][responsible][ID] и $100"
        before = world.portal.requests["imena.camunda.tasktemplate.get"]
        made = await build(world, variables=VARIABLES | {"name": evil})
        assert world.portal.requests["imena.camunda.tasktemplate.get"] == before + 1
        assert f"Имя: {evil};" in world.task(made.ref).description


@pytest.mark.parametrize("text", ["цена $5", "$result[item1]"])
async def test_a_check_list_with_a_dollar_is_written_word_for_word(text: str) -> None:
    given = PROPERTIES | {"checklists": f'[{{"name": "Лист {text}", "items": ["{text}", "просто"]}}]'}
    async with open_addon(template(items=())) as world:
        made = await build(world, extension_properties=given)
        assert lists_of(world.portal, int(made.ref.id)) == [(f"Лист {text}", [(text, []), ("просто", [])])]


def test_a_text_with_a_dollar_does_not_fit_a_batch() -> None:
    assert not Command("task.checklistitem.add", {"FIELDS": {"TITLE": "$x"}}).fits()
    assert Command("task.checklistitem.add", {"FIELDS": {"TITLE": "x"}}).fits()
