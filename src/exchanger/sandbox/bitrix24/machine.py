"""Правила состояний задачи: кто что может сделать и чем это кончится (чистые функции)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.model import Status

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.model import Task


class Action(StrEnum):
    """Действия над задачей; значение - имя метода tasks.task.*."""

    START = "start"
    PAUSE = "pause"
    COMPLETE = "complete"
    DEFER = "defer"
    RENEW = "renew"
    APPROVE = "approve"
    DISAPPROVE = "disapprove"
    DECLINE = "decline"
    DELEGATE = "delegate"
    EDIT = "edit"
    DELETE = "delete"
    READ = "read"


class Refused(StrEnum):
    """Почему действие невозможно."""

    NO_RIGHT = "no_right"
    NO_CHANGE = "no_change"
    WRONG_STATUS = "wrong_status"


@dataclass(frozen=True, slots=True)
class Actor:
    """Кто действует: номер, администратор ли, руководит ли постановщиком или исполнителем."""

    id: int
    admin: bool
    heads_creator: bool
    heads_responsible: bool


_OPEN = frozenset({Status.NEW, Status.PENDING, Status.IN_PROGRESS, Status.DEFERRED})
_FROM: dict[Action, frozenset[Status]] = {
    Action.START: frozenset({Status.NEW, Status.PENDING, Status.DEFERRED}),
    Action.PAUSE: frozenset({Status.IN_PROGRESS}),
    Action.DEFER: frozenset({Status.NEW, Status.PENDING, Status.IN_PROGRESS}),
    Action.COMPLETE: _OPEN,
    Action.APPROVE: frozenset({Status.AWAITS_CONTROL}),
    Action.DISAPPROVE: frozenset({Status.AWAITS_CONTROL}),
    Action.RENEW: frozenset({Status.AWAITS_CONTROL, Status.COMPLETED, Status.DEFERRED, Status.DECLINED}),
    Action.DECLINE: frozenset({Status.NEW, Status.PENDING}),
    Action.DELEGATE: _OPEN,
}
_TO: dict[Action, Status] = {
    Action.START: Status.IN_PROGRESS,
    Action.PAUSE: Status.PENDING,
    Action.DEFER: Status.DEFERRED,
    Action.APPROVE: Status.COMPLETED,
    Action.DISAPPROVE: Status.PENDING,
    Action.RENEW: Status.PENDING,
    Action.DECLINE: Status.DECLINED,
    Action.DELEGATE: Status.PENDING,
}


def permitted(action: Action, task: Task, actor: Actor) -> bool:
    """Есть ли у человека право на действие, без учёта состояния задачи."""
    rules_it = actor.admin or actor.id == task.created_by or actor.heads_creator
    works_on_it = actor.id == task.responsible_id or actor.id in task.accomplices
    match action:
        case Action.READ:
            return rules_it or actor.heads_responsible or actor.id in task.participants
        case Action.EDIT | Action.DELETE | Action.APPROVE | Action.DISAPPROVE:
            return rules_it
        case Action.START | Action.PAUSE:
            return actor.admin or works_on_it
        case Action.DECLINE:
            return actor.id == task.responsible_id
        case Action.COMPLETE | Action.RENEW | Action.DEFER | Action.DELEGATE:
            return rules_it or works_on_it
    raise AssertionError(action)


def outcome(action: Action, task: Task, actor: Actor) -> Status | Refused:
    """Новое состояние задачи или причина отказа."""
    if not permitted(action, task, actor):
        return Refused.NO_RIGHT
    if action is Action.COMPLETE:
        return _complete(task, actor)
    target = _TO[action]
    if task.status not in _FROM[action]:
        return Refused.NO_CHANGE if task.status is target else Refused.WRONG_STATUS
    return target


def _complete(task: Task, actor: Actor) -> Status | Refused:
    """Завершение с контролем: 5 - без контроля или рукой постановщика, иначе 4 («ждёт контроля»)."""
    if task.status is Status.COMPLETED:
        return Refused.NO_CHANGE
    if task.status is Status.AWAITS_CONTROL:
        return Status.COMPLETED if _accepts(task, actor) else Refused.NO_CHANGE
    if task.status not in _FROM[Action.COMPLETE]:
        return Refused.WRONG_STATUS
    direct = not task.task_control or task.created_by in {actor.id, task.responsible_id}
    return Status.COMPLETED if direct else Status.AWAITS_CONTROL


def _accepts(task: Task, actor: Actor) -> bool:
    return actor.admin or actor.id == task.created_by or actor.heads_creator
