"""op_update_task: writes only what differs, never over a person's edit, and reads back what was kept."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.connect.params import bind
from exchanger.domain.errors import BusinessError, ExchangerError, Reject, Retry
from exchanger.domain.key import Key
from exchanger.sandbox.openproject import writing
from exchanger.sandbox.openproject.faults import Fault, FaultKind
from exchanger.sandbox.openproject.model import WorkPackage
from exchanger.sandbox.openproject.seed import CLERK, HIGH, IN_PROGRESS
from exchanger.systems.openproject import changes
from exchanger.systems.openproject.change_params import ChangedTask
from exchanger.systems.openproject.update_task import op_update_task
from tests.systems.openproject.world import OpenProjectWorld, order

KEY = Key("test", "default", "task-1")
PATCH = "PATCH /work_packages/{id}"


def _made(world: OpenProjectWorld) -> WorkPackage:
    return world.person().create("main", "Договор")


def _now(world: OpenProjectWorld, made: WorkPackage) -> WorkPackage:
    return world.instance.work_packages[made.id]


async def _update(world: OpenProjectWorld, made: WorkPackage, key: Key = KEY, **given: Any) -> dict[str, str]:
    return await op_update_task(ChangedTask.model_validate({"taskId": made.id, **given}), world.desk, key)


async def test_what_was_given_is_changed_and_the_rest_stays(world: OpenProjectWorld) -> None:
    made = _made(world)

    told = await _update(
        world, made, taskStatus="In progress", taskPriority="High", taskAssignee="clerk", taskDue="2026-12-31",
        taskEstimated="5", taskDescription="Срочно", taskCustom={"Количество": 3, "Решение": "Да"},
    )  # fmt: skip

    now = _now(world, made)
    assert (now.subject, now.status, now.priority, now.assignee) == ("Договор", IN_PROGRESS, HIGH, CLERK)
    assert (str(now.due), now.description, now.custom[6], now.custom[2]) == ("2026-12-31", "Срочно", 3, 1)
    assert told["op_task_id"] == str(made.id)
    assert told["op_task_link"].endswith(f"/work_packages/{made.id}")
    assert (told["op_task_status"], told["op_task_assignee"]) == ("In progress", "Кирилл Клерк")


async def test_the_same_task_again_writes_nothing_and_says_its_comment_once(world: OpenProjectWorld) -> None:
    made = _made(world)
    given: dict[str, Any] = {
        "taskSubject": "Договор №2",
        "taskComment": "Готово к подписи",
        "taskDescription": "а\r\nб",
    }

    first = await _update(world, made, **given)
    again = await _update(world, made, **given)

    assert first == again
    assert world.instance.requests[PATCH] == 1
    (said,) = [each.comment for each in world.instance.activities if each.comment]
    assert said.startswith("Готово к подписи")


async def test_a_later_task_with_the_same_words_says_them_too(world: OpenProjectWorld) -> None:
    made = _made(world)

    await _update(world, made, taskComment="Напоминаем")
    await _update(world, made, Key("test", "default", "task-2"), taskComment="Напоминаем")

    assert len([each for each in world.instance.activities if each.comment]) == 2


@pytest.mark.parametrize("kind", [FaultKind.COMMIT_THEN_DROP, FaultKind.ERROR_500_AFTER, FaultKind.BAD_GATEWAY_AFTER])
async def test_an_answer_lost_after_the_effect_is_not_written_again(world: OpenProjectWorld, kind: FaultKind) -> None:
    made = _made(world)
    world.instance.faults.add(Fault(kind, "PATCH"))

    with pytest.raises(ExchangerError):
        await _update(world, made, taskSubject="Договор №2")
    await _update(world, made, taskSubject="Договор №2")

    assert _now(world, made).subject == "Договор №2"
    assert world.instance.requests[PATCH] == 1


async def test_a_version_made_stale_by_another_field_is_read_again_and_written(world: OpenProjectWorld) -> None:
    made = _made(world)
    _meanwhile(world, made, priority=HIGH)

    await _update(world, made, taskSubject="Договор №2")

    assert (_now(world, made).subject, _now(world, made).priority) == ("Договор №2", HIGH)
    assert world.instance.requests[PATCH] == 2


async def test_a_person_who_changed_the_same_field_meanwhile_is_not_overwritten(world: OpenProjectWorld) -> None:
    made = _made(world)
    _meanwhile(world, made, subject="Договор Анны")

    with pytest.raises(Reject, match="subject изменил кто-то ещё"):
        await _update(world, made, taskSubject="Договор №2")

    assert _now(world, made).subject == "Договор Анны"


async def test_without_the_second_decision_the_person_would_be_overwritten(
    world: OpenProjectWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_undisputed", lambda *_: None)
    made = _made(world)
    _meanwhile(world, made, subject="Договор Анны")

    await _update(world, made, taskSubject="Договор №2")

    assert _now(world, made).subject == "Договор №2"


async def test_conflicts_without_end_are_put_off(world: OpenProjectWorld) -> None:
    made = _made(world)
    world.instance.faults.add(Fault(FaultKind.CONFLICT, "PATCH", times=None))

    with pytest.raises(Retry, match="всё время меняет"):
        await _update(world, made, taskSubject="Договор №2")


async def test_a_field_dropped_in_silence_is_seen_by_the_reading_back(
    world: OpenProjectWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _made(world)
    kept = writing.update
    monkeypatch.setattr(writing, "update", lambda at, user, one, body: kept(at, user, one, {**body, "_links": {}}))

    with pytest.raises(Reject, match="не изменил assignee"):
        await _update(world, made, taskAssignee="clerk", taskSubject="Договор №2")


async def test_what_openproject_refuses_is_an_error_for_the_diagram(world: OpenProjectWorld) -> None:
    made = _made(world)

    with pytest.raises(BusinessError, match="dueDate"):
        await _update(world, made, taskStart="2026-12-31", taskDue="2026-12-01")
    with pytest.raises(Reject, match="нет такого"):
        await _update(world, made, taskStatus="Согласовано")
    with pytest.raises(Reject, match="менять нечего"):
        await _update(world, made)


async def test_ordinary_variables_of_the_process_change_nothing() -> None:
    variables = {"op_task_id": "7", "comment": "ответ", "assignee": "clerk", "subject": "чужая", "status": "ok"}

    params = bind(ChangedTask, order(variables=variables, topic="op_update_task"))

    assert params == ChangedTask.model_validate({"taskId": 7})


def _meanwhile(world: OpenProjectWorld, made: WorkPackage, **values: Any) -> None:
    """Somebody saves between our reading and our writing: at the time of the form, which is asked after the read."""
    asked = world.desk.catalogue.form

    async def form(project_id: str, type_id: str = "") -> Any:
        found = await asked(project_id, type_id)
        one = world.instance.work_packages[made.id]
        for name, value in values.items():
            setattr(one, name, value)
        one.lock_version += 1
        return found

    world.desk.catalogue.form = form  # type: ignore[method-assign]  # a person acts here, once per update
