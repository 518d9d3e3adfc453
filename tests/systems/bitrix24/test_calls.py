from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exchanger.connect import REPEATABLE
from exchanger.domain.errors import Reject, Retry
from exchanger.domain.key import Key
from exchanger.sandbox.bitrix24 import Fault, FaultKind
from exchanger.sandbox.bitrix24.seed import CLERK, ENGINEER
from exchanger.systems.bitrix24 import SYSTEM, calls
from exchanger.systems.bitrix24.crm_params import ChangedDeal, ChangedTask, NewContact, NewDeal
from exchanger.systems.bitrix24.crm_search import CrmMaker
from tests.systems.bitrix24.world import BitrixWorld

KEY = Key("test", "default", "task-1")
DEAL = NewDeal(title="Поставка", stage="NEW", amount="1500.10", currency="RUB", assigned="3")


def _deals(world: BitrixWorld) -> dict[int, Any]:
    return {number: each.values for number, each in world.portal.crm.records["deal"].items()}


def _fault(world: BitrixWorld, kind: FaultKind, method: str = "crm.deal.add") -> None:
    world.portal.faults.add(Fault(kind, method=method, delay=3.0))


async def test_a_deal_is_made_with_what_was_given_and_returned_to_the_process(world: BitrixWorld) -> None:
    told = await calls.bitrix_create_deal(DEAL, world.client, KEY)

    values = _deals(world)[1]
    assert (values["TITLE"], values["OPPORTUNITY"], values["ASSIGNED_BY_ID"]) == ("Поставка", "1500.10", CLERK)
    assert values["ORIGIN_ID"] == str(KEY)
    assert told["bitrix_deal_id"] == "1"
    assert told["bitrix_deal_link"].endswith("/crm/deal/details/1/")


async def test_the_same_task_again_finds_the_deal_and_another_task_makes_its_own(world: BitrixWorld) -> None:
    first = await calls.bitrix_create_deal(DEAL, world.client, KEY)
    again = await calls.bitrix_create_deal(DEAL, world.client, KEY)
    other = await calls.bitrix_create_deal(DEAL, world.client, Key("test", "default", "task-2"))

    assert first == again
    assert other["bitrix_deal_id"] == "2"
    assert len(_deals(world)) == 2


@pytest.mark.parametrize("kind", [FaultKind.COMMIT_THEN_DROP, FaultKind.ERROR_500_AFTER, FaultKind.BAD_GATEWAY_AFTER])
async def test_an_answer_lost_after_the_effect_makes_no_second_deal(world: BitrixWorld, kind: FaultKind) -> None:
    _fault(world, kind)

    told = await calls.bitrix_create_deal(DEAL, world.client, KEY)

    assert told["bitrix_deal_id"] == "1"
    assert list(_deals(world)) == [1]
    assert world.portal.calls["crm.deal.add"] == 1


async def test_without_the_search_a_lost_answer_would_make_a_second_deal(
    world: BitrixWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> None:
        return None

    monkeypatch.setattr(CrmMaker, "find", nothing)
    _fault(world, FaultKind.COMMIT_THEN_DROP)

    with pytest.raises(Retry):
        await calls.bitrix_create_deal(DEAL, world.client, KEY)
    await calls.bitrix_create_deal(DEAL, world.client, KEY)

    assert len(_deals(world)) == 2


async def test_a_request_that_was_never_made_is_repeated_once_the_quarantine_has_passed(world: BitrixWorld) -> None:
    _fault(world, FaultKind.ERROR_500_BEFORE)
    started = world.clock.monotonic()

    with pytest.raises(Retry, match="записи с нашим ключом нет"):
        await calls.bitrix_create_deal(DEAL, world.client, KEY)
    told = await calls.bitrix_create_deal(DEAL, world.client, KEY)

    assert told["bitrix_deal_id"] == "1"
    assert world.clock.monotonic() - started >= world.client.options.quarantine.total_seconds()


async def test_a_process_just_started_waits_for_the_request_of_the_one_before(world: BitrixWorld) -> None:
    """The killed process's request is carried out, and shown, within the quarantine of the new one."""
    await calls.bitrix_create_deal(DEAL, world.client, KEY)
    world.portal.crm.records["deal"][1].searchable_from = world.portal.exact_now() + timedelta(seconds=60)
    world.client.crm.opened = world.clock.monotonic()

    told = await calls.bitrix_create_deal(DEAL, world.client, KEY)

    assert told["bitrix_deal_id"] == "1"
    assert len(_deals(world)) == 1


async def test_a_portal_that_ignores_the_filter_is_not_written_to(world: BitrixWorld) -> None:
    await calls.bitrix_create_deal(DEAL, world.client, KEY)
    world.portal.faults.ignored_filters |= {"ORIGIN_ID"}
    fresh = CrmMaker(world.client.api, world.clock, timedelta())

    with pytest.raises(Reject, match="ORIGIN_ID"):
        await fresh.make("deal", Key("test", "default", "task-3"), {"TITLE": "x"})

    assert len(_deals(world)) == 1


async def test_a_contact_is_made_once_with_phones_and_addresses(world: BitrixWorld) -> None:
    contact = NewContact(lastName="Орлова", phone=["+7 900 000-00-00"], email=["o@example.ru"])
    _fault(world, FaultKind.COMMIT_THEN_DROP, "crm.contact.add")

    told = await calls.bitrix_create_contact(contact, world.client, KEY)
    again = await calls.bitrix_create_contact(contact, world.client, KEY)

    (record,) = world.portal.crm.records["contact"].values()
    assert told == again
    assert record.values["PHONE"] == [{"VALUE": "+7 900 000-00-00", "VALUE_TYPE": "WORK"}]


async def test_a_deal_is_changed_and_what_the_portal_kept_to_itself_is_said(world: BitrixWorld) -> None:
    await calls.bitrix_create_deal(DEAL, world.client, KEY)

    told = await calls.bitrix_update_deal(ChangedDeal(dealId=1, stage="WON", amount="2"), world.client)
    world.portal.crm.stubborn = {"STAGE_ID"}

    assert told["bitrix_deal_stage"] == "WON"
    assert _deals(world)[1]["TITLE"] == "Поставка"
    with pytest.raises(Reject, match="STAGE_ID"):
        await calls.bitrix_update_deal(ChangedDeal(dealId=1, stage="LOSE"), world.client)
    with pytest.raises(Reject, match="менять нечего"):
        await calls.bitrix_update_deal(ChangedDeal(dealId=1), world.client)
    with pytest.raises(Reject, match="Not found"):
        await calls.bitrix_update_deal(ChangedDeal(dealId=7, stage="WON"), world.client)


@pytest.mark.parametrize("amount", ["2", "2.5", "1500.10", "0.1"])
async def test_a_sum_that_comes_back_with_its_kopecks_is_the_same_sum(world: BitrixWorld, amount: str) -> None:
    await calls.bitrix_create_deal(DEAL, world.client, KEY)
    await calls.bitrix_update_deal(ChangedDeal(dealId=1, amount=amount), world.client)
    world.portal.crm.stubborn = {"OPPORTUNITY"}
    with pytest.raises(Reject, match="OPPORTUNITY"):
        await calls.bitrix_update_deal(ChangedDeal(dealId=1, amount="77"), world.client)


async def test_a_task_is_changed_and_a_cut_in_between_does_no_harm(world: BitrixWorld) -> None:
    task = world.person().create({"TITLE": "Было", "RESPONSIBLE_ID": ENGINEER})
    change = ChangedTask(taskId=task.id, title="Стало", taskResponsible="3", priority="2", tags=["а"])
    _fault(world, FaultKind.COMMIT_THEN_DROP, "tasks.task.update")

    with pytest.raises(Retry):
        await calls.bitrix_update_task(change, world.client)
    told = await calls.bitrix_update_task(change, world.client)

    changed = world.portal.store.tasks[task.id]
    assert (changed.title, changed.responsible_id, changed.tags) == ("Стало", CLERK, ("а",))
    assert told["bitrix_task_responsible_id"] == str(CLERK)


def test_every_topic_of_the_predecessor_has_its_own_operation_and_promise() -> None:
    promises = SYSTEM.topics

    assert {"bitrix24", "bitrix_create_task"} <= promises.keys()
    for topic in ("bitrix_update_task", "bitrix_create_deal", "bitrix_update_deal", "bitrix_create_contact"):
        assert promises[topic] is REPEATABLE
