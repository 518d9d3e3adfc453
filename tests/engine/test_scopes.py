"""Which of the variables of one name a task sees: exactly, or the order is refused."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.domain.errors import Reject, Retry
from exchanger.domain.task import ExternalTask
from exchanger.domain.variables import Variable, VariableType
from exchanger.engine.scopes import Kept, nearest, plain, read_kept

TASK = ExternalTask("task-1", "a", "root", "p:1:x", "p", "a", activity_instance_id="a:1", execution_id="own")


def node(name: str, *executions: str, below: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"id": name, "activityId": name, "executionIds": list(executions), "childActivityInstances": list(below)}


def tree(*branches: str, waiting: str = "") -> dict[str, Any]:
    """The task in a subprocess, another one beside it; `branches` lie between the process and the subprocesses."""
    mine = node("mine", "mine-scope", below=(node("a:1", "own"),))
    beside = node("beside", "beside-scope", below=(node("a:2", "other"),))
    root = node("root", "root", *branches, below=(mine, beside))
    return {**root, "childTransitionInstances": [{"executionId": waiting}] if waiting else []}


def kept(*executions: str) -> list[Kept]:
    return [Kept(f"of {each}", "file", each, Variable(VariableType.FILE, None)) for each in executions]


@pytest.mark.parametrize(
    ("executions", "seen"),
    [
        (("root",), "root"),
        (("root", "mine-scope"), "mine-scope"),
        (("mine-scope", "beside-scope"), "mine-scope"),
        (("root", "beside-scope", "other"), "root"),
        (("beside-scope",), None),
    ],
)
def test_the_nearest_scope_around_the_task_wins(executions: tuple[str, ...], seen: str | None) -> None:
    chosen = nearest(TASK, kept(*executions), tree("left", "right"))
    assert (chosen and chosen.execution_id) == seen


def test_the_only_branch_is_that_of_the_task_and_hides_the_process() -> None:
    chosen = nearest(TASK, kept("root", "left"), tree("left"))
    assert chosen is not None
    assert chosen.execution_id == "left"


def test_which_of_several_branches_is_that_of_the_task_nobody_tells() -> None:
    with pytest.raises(Reject, match="ветвей «root»"):
        nearest(TASK, kept("root", "right"), tree("left", "right"))
    inner = nearest(TASK, kept("right", "mine-scope"), tree("left", "right"))
    assert inner is not None
    assert inner.execution_id == "mine-scope"


def test_an_execution_that_the_tree_does_not_show_decides_nothing() -> None:
    with pytest.raises(Retry, match="«file»"):
        nearest(TASK, kept("root", "gone"), tree())
    assert nearest(TASK, kept("root", "waits"), tree(waiting="waits")) is not None


def test_a_task_that_has_left_the_tree_sees_nothing_for_sure() -> None:
    with pytest.raises(Retry):
        nearest(TASK, kept("root", "beside-scope"), node("root", "root", below=(node("beside", "beside-scope"),)))


def test_without_a_tree_only_ones_own_or_the_only_one_of_the_process_is_known() -> None:
    own, of_process = plain(TASK, kept("root", "own", "mine-scope")), plain(TASK, kept("root"))
    assert own is not None
    assert own.execution_id == "own"
    assert of_process is not None
    assert plain(TASK, kept("root", "mine-scope")) is None
    assert plain(TASK, kept("mine-scope")) is None


def test_a_variable_of_a_user_task_is_nobody_elses() -> None:
    raw: dict[str, Any] = {
        "id": "v",
        "name": "file",
        "executionId": "own",
        "type": "File",
        "value": None,
        "valueInfo": {},
    }
    assert read_kept(raw) is not None
    assert read_kept({**raw, "taskId": "user-task"}) is None
