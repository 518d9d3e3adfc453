"""The server's state machine: every transition and who may cause it."""

from __future__ import annotations

import pytest

from exchanger.sandbox.bitrix24 import Build, Person, Portal, default_portal
from exchanger.sandbox.bitrix24.errors import RestError
from exchanger.sandbox.bitrix24.machine import Action
from exchanger.sandbox.bitrix24.model import Status, Task
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, ENGINEER, HEAD, LAWYER
from exchanger.sandbox.bitrix24.workflow import act
from exchanger.sandbox.bitrix24.writing import create, update
from tests.sandbox.bitrix24.conftest import ManualClock


def a_task(portal: Portal, status: Status, **fields: object) -> Task:
    """Created by the head for the clerk of his department."""
    base = {"TITLE": "Дело", "RESPONSIBLE_ID": CLERK, "CREATED_BY": HEAD}
    task = create(portal, portal.user(ADMIN), base | fields)
    task.status = status
    return task


OK = [
    # action, from, actor, under control, to
    ("start", 2, CLERK, "N", 3),
    ("start", 6, CLERK, "N", 3),
    ("pause", 3, CLERK, "N", 2),
    ("defer", 3, HEAD, "N", 6),
    ("complete", 2, CLERK, "N", 5),
    ("complete", 3, CLERK, "Y", 4),
    ("complete", 3, HEAD, "Y", 5),
    ("complete", 3, ADMIN, "Y", 4),
    ("complete", 4, ADMIN, "Y", 5),
    ("complete", 4, HEAD, "Y", 5),
    ("approve", 4, HEAD, "Y", 5),
    ("approve", 4, ADMIN, "Y", 5),
    ("disapprove", 4, HEAD, "Y", 2),
    ("renew", 5, CLERK, "N", 2),
    ("renew", 7, HEAD, "N", 2),
    ("decline", 2, CLERK, "N", 7),
]


@pytest.mark.parametrize(("action", "before", "actor", "control", "after"), OK)
def test_an_allowed_action_leads_to_the_documented_status(
    portal: Portal, action: str, before: int, actor: int, control: str, after: int
) -> None:
    task = a_task(portal, Status(before), TASK_CONTROL=control)
    act(portal, portal.user(actor), task.id, Action(action))
    assert task.status == after


REFUSED = [
    ("start", 3, CLERK),  # changes nothing
    ("complete", 5, CLERK),
    ("pause", 5, CLERK),
    ("approve", 5, HEAD),
    ("approve", 4, CLERK),  # no right
    ("disapprove", 3, HEAD),
    ("start", 2, LAWYER),  # does not see it
    ("decline", 2, HEAD),
    ("complete", 7, CLERK),
]


@pytest.mark.parametrize(("action", "before", "actor"), REFUSED)
def test_a_forbidden_action_is_refused_with_1048582(portal: Portal, action: str, before: int, actor: int) -> None:
    task = a_task(portal, Status(before))
    with pytest.raises(RestError) as refused:
        act(portal, portal.user(actor), task.id, Action(action))
    assert (refused.value.code, refused.value.status, task.status) == ("1048582", 400, before)


def test_an_action_on_a_missing_task_is_refused_the_same_way(portal: Portal) -> None:
    with pytest.raises(RestError) as refused:
        act(portal, portal.user(ADMIN), 404, Action.COMPLETE)
    assert refused.value.code == "1048582"


def test_an_older_build_lets_an_action_without_change_pass() -> None:
    portal = default_portal(build=Build(same_status_refused=False))
    task = a_task(portal, Status.COMPLETED)
    assert act(portal, portal.user(CLERK), task.id, Action.COMPLETE).status is Status.COMPLETED


def test_completion_sets_the_three_dates_alike(portal: Portal) -> None:
    task = a_task(portal, Status.IN_PROGRESS)
    act(portal, portal.user(CLERK), task.id, Action.COMPLETE)
    assert task.closed_date == task.status_changed_date == task.changed_date == portal.now()
    act(portal, portal.user(CLERK), task.id, Action.RENEW)
    assert task.closed_date is None
    assert [row.field for row in portal.history[task.id]] == ["NEW", "STATUS", "RENEW", "STATUS"]


def test_a_new_responsible_starts_afresh_and_the_old_one_watches(portal: Portal) -> None:
    task = a_task(portal, Status.IN_PROGRESS)
    Person(portal, portal.user(CLERK)).delegate(task.id, ENGINEER)
    assert (task.status, task.responsible_id, task.auditors) == (Status.PENDING, ENGINEER, (CLERK,))


def test_an_update_of_status_alone_is_an_action(portal: Portal) -> None:
    task = a_task(portal, Status.IN_PROGRESS, TASK_CONTROL="Y")
    update(portal, portal.user(CLERK), task.id, {"STATUS": 5})
    assert task.status is Status.AWAITS_CONTROL


def test_a_required_result_binds_the_card_but_not_rest(portal: Portal) -> None:
    required = [{"CODE": 3, "VALUE": "Y"}]
    by_hand, by_rest = (a_task(portal, Status.IN_PROGRESS, SE_PARAMETER=required) for _ in range(2))
    clerk = Person(portal, portal.user(CLERK))
    with pytest.raises(RestError, match="requires a result"):
        clerk.complete(by_hand.id)
    clerk.add_result(by_hand.id, "Сделано")
    assert clerk.complete(by_hand.id).status is Status.COMPLETED
    assert act(portal, portal.user(CLERK), by_rest.id, Action.COMPLETE).status is Status.COMPLETED


def test_a_result_moves_the_activity_but_not_the_change(portal: Portal, clock: ManualClock) -> None:
    task = a_task(portal, Status.IN_PROGRESS)
    changed = task.changed_date
    clock.advance(60)
    Person(portal, portal.user(CLERK)).add_result(task.id, "Сделано")
    assert (task.changed_date, task.activity_date) == (changed, portal.now())


def test_who_sees_a_task(portal: Portal) -> None:
    task = a_task(portal, Status.PENDING, CREATED_BY=ADMIN, AUDITORS=[LAWYER])
    seen = {number for number in (ADMIN, HEAD, CLERK, ENGINEER, LAWYER) if portal.sees(portal.user(number), task)}
    assert seen == {ADMIN, HEAD, CLERK, LAWYER}  # the head manages the clerk
    Person(portal, portal.user(CLERK)).hide(task.id, ADMIN)
    assert portal.find(portal.user(ADMIN), task.id) is None


def test_the_answer_is_stored_as_the_number_of_the_variant(portal: Portal) -> None:
    task = a_task(portal, Status.IN_PROGRESS)
    Person(portal, portal.user(CLERK)).answer(task.id, "нет")
    assert task.user_fields["UF_RESULT_ANSWER"] == 27
    with pytest.raises(RestError, match="Incorrect value"):
        Person(portal, portal.user(CLERK)).answer(task.id, "может быть")
