"""A group given by its name: the exact one, the only one, or an incident that tells the choices."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.domain.errors import Reject
from exchanger.sandbox.bitrix24.access import Webhook
from exchanger.sandbox.bitrix24.model import Workgroup
from exchanger.sandbox.bitrix24.seed import SECRET
from tests.systems.bitrix24.world import ADMIN, CLERK, BitrixWorld, order

GROUPS = (
    Workgroup(11, "Продажи"),
    Workgroup(12, "продажи"),
    Workgroup(13, "Склад", closed=True),
    Workgroup(14, "Склад"),
)


async def group_of(world: BitrixWorld, task_id: str = "task-1", **given: Any) -> int:
    world.portal.groups = {each.id: each for each in GROUPS}
    variables = {"startedBy": CLERK, "groupId": 7}
    params = world.work.prepare(order(task_id, variables=variables, **given))
    return world.task((await world.work.create(world.key(task_id), params)).ref).group_id


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"group": "Продажи"}, 11),
        ({"group": " продажи "}, 12),
        ({"group": "Склад", "groupId": "9"}, 9),
        ({"group": ""}, 7),
    ],
)
@pytest.mark.parametrize("ignored", [set[str](), {"NAME"}])
async def test_the_exact_name_gives_the_group_whatever_the_filter_lets_pass(
    world: BitrixWorld, given: dict[str, str], expected: int, ignored: set[str]
) -> None:
    world.portal.faults.ignored_filters |= ignored
    assert await group_of(world, extension_properties=given) == expected


async def test_an_input_parameter_names_it_too_and_the_name_is_asked_once(world: BitrixWorld) -> None:
    for task_id in ("task-1", "task-2"):
        assert await group_of(world, task_id, input_parameters={"group": "Продажи"}) == 11
    assert world.portal.calls["sonet_group.get"] == 1


async def test_of_several_groups_none_is_guessed(world: BitrixWorld) -> None:
    with pytest.raises(Reject, match="№13 \\(закрыта\\), №14"):
        await group_of(world, extension_properties={"group": "Склад"})
    assert not world.portal.store.tasks


async def test_a_group_that_is_not_there_is_an_incident_and_is_looked_for_again(world: BitrixWorld) -> None:
    for _ in range(2):
        with pytest.raises(Reject, match="не видно"):
            await group_of(world, extension_properties={"group": "Маркетинг"})
    assert world.portal.calls["sonet_group.get"] == 2


async def test_a_webhook_without_the_right_is_told_which_one(world: BitrixWorld) -> None:
    world.portal.access.webhooks = [Webhook(ADMIN, SECRET, frozenset({"task", "user"}))]
    with pytest.raises(Reject, match="право sonet_group"):
        await group_of(world, extension_properties={"group": "Продажи"})
