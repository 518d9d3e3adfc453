"""Которую из одноимённых переменных процесса видит задача: область ближе к задаче закрывает внешние."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exchanger.domain.errors import Reject, Retry
from exchanger.domain.task import ExternalTask
from exchanger.domain.typed import from_rest
from exchanger.domain.variables import Variable

_WAY_OUT = "передайте файл задаче переменной под другим именем или положите его в экземпляр процесса."


@dataclass(frozen=True, slots=True)
class Kept:
    """Переменная одной области: `execution_id` — исполнение, которому она принадлежит."""

    id: str
    name: str
    execution_id: str
    variable: Variable


def read_kept(raw: Mapping[str, Any]) -> Kept | None:
    """Из ответа движка; None — переменная не исполнения (человеческой задачи)."""
    if raw.get("taskId") or not raw.get("executionId"):
        return None
    return Kept(raw["id"], raw["name"], raw["executionId"], from_rest(raw))


def plain(task: ExternalTask, kept: list[Kept]) -> Kept | None:
    """Выбор, для которого дерева не нужно: переменная самой задачи или единственная, и она у экземпляра."""
    own = next((each for each in kept if each.execution_id == task.execution_id), None)
    if own is not None:
        return own
    return kept[0] if len(kept) == 1 and kept[0].execution_id == task.process_instance_id else None


def nearest(task: ExternalTask, kept: list[Kept], tree: Mapping[str, Any]) -> Kept | None:
    """Видная задаче; None — такой нет. `Reject` — точно решить нельзя, `Retry` — процесс меняется прямо сейчас."""
    path = _path(tree, task.activity_instance_id)
    known = set(_executions(tree))
    if not path or any(each.execution_id not in known for each in kept):
        # Moved between the two reads, or kept for a compensation, which no tree shows.
        raise Retry(
            f"Переменная «{kept[0].name}» принадлежит исполнению, которого движок не показывает.", remedy=_WAY_OUT
        )
    by_execution = {each.execution_id: each for each in kept}
    for node in reversed(path):
        scope, *branches = node["executionIds"]
        inner = [by_execution[each] for each in branches if each in by_execution]
        if inner and len(branches) > 1:
            raise Reject(
                f"Какая из переменных «{inner[0].name}» видна задаче, движок не говорит: они у ветвей «"
                f"{node['activityId']}», а не у областей.",
                remedy=_WAY_OUT,
            )
        if inner or scope in by_execution:
            return inner[0] if inner else by_execution[scope]
    return None


def _path(node: Mapping[str, Any], wanted: str) -> list[Mapping[str, Any]]:
    """Activity instances from the root to the wanted one."""
    if node["id"] == wanted:
        return [node]
    for child in node.get("childActivityInstances") or ():
        if below := _path(child, wanted):
            return [node, *below]
    return []


def _executions(node: Mapping[str, Any]) -> Iterator[str]:
    # An activity instance names its own execution first, then its branches that have scopes of their own.
    yield from node["executionIds"]
    for waiting in node.get("childTransitionInstances") or ():
        yield waiting["executionId"]
    for child in node.get("childActivityInstances") or ():
        yield from _executions(child)
