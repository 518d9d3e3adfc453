"""Действия над задачей: смена состояния, делегирование, удаление."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.errors import core, not_allowed
from exchanger.sandbox.bitrix24.machine import Action, Refused, outcome
from exchanger.sandbox.bitrix24.model import Status
from exchanger.sandbox.bitrix24.portal import EventName

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.model import Task, User
    from exchanger.sandbox.bitrix24.portal import Portal


def act(portal: Portal, user: User, task_id: int, action: Action, *, in_card: bool = False) -> Task:
    """Выполняет действие или отказывает.

    `in_card` - человек нажал кнопку в карточке (или клиент назвался web/mobile): тогда требуется результат. По REST
    портал его не требует.
    """
    task = portal.require(user, task_id)
    if action is Action.COMPLETE and in_card and task.result_required and not portal.results[task_id]:
        raise core("The task requires a result")
    found = outcome(action, task, portal.directory.actor(user, task))
    if isinstance(found, Refused):
        if found is Refused.NO_CHANGE and not portal.build.same_status_refused:
            return task
        raise not_allowed()
    if action is Action.RENEW:
        portal.note(task.id, user, "RENEW")
    set_status(portal, user, task, found)
    saved(portal, user, task)
    return task


def set_status(portal: Portal, user: User, task: Task, status: Status) -> None:
    """Меняет состояние и связанные с ним даты; событие и индексы - за вызывающим."""
    now = portal.now()
    if status is task.status:
        return
    portal.note(task.id, user, "STATUS", int(task.status), int(status))
    closing = status in {Status.AWAITS_CONTROL, Status.COMPLETED}
    task.closed_date = now if closing else None
    task.closed_by = user.id if closing else None
    if status is Status.IN_PROGRESS and task.date_start is None:
        task.date_start = now
    task.status, task.status_changed_by, task.status_changed_date = status, user.id, now
    for result in portal.results[task.id]:
        result.closed = closing


def saved(portal: Portal, user: User, task: Task) -> None:
    """Отмечает правку: кто, когда; обновляет индексы и сообщает о событии."""
    task.changed_by = user.id
    task.changed_date = task.activity_date = portal.now()
    portal.store.touch(task)
    portal.emit(EventName.UPDATE, task.id)


def delegate(portal: Portal, user: User, task_id: int, to: int) -> Task:
    """Передаёт задачу другому исполнителю; прежний становится наблюдателем."""
    task = portal.require(user, task_id)
    found = outcome(Action.DELEGATE, task, portal.directory.actor(user, task))
    if isinstance(found, Refused):
        raise not_allowed()
    reassign(portal, user, task, to)
    saved(portal, user, task)
    return task


def reassign(portal: Portal, user: User, task: Task, to: int) -> None:
    """Меняет исполнителя: состояние - «ждёт выполнения», прежний - в наблюдатели."""
    if portal.directory.active(to) is None:
        raise core("Responsible person not found")
    if to == task.responsible_id:
        return
    portal.note(task.id, user, "RESPONSIBLE_ID", task.responsible_id, to)
    task.auditors = tuple(dict.fromkeys((*task.auditors, task.responsible_id)))
    task.responsible_id = to
    if task.status is not Status.PENDING:
        set_status(portal, user, task, Status.PENDING)


def delete(portal: Portal, user: User, task_id: int) -> None:
    """Удаляет задачу; история остаётся."""
    task = portal.require(user, task_id)
    if not portal.allowed(user, task, Action.DELETE):
        raise not_allowed()
    portal.note(task_id, user, "DELETE")
    portal.store.remove(task_id)
    for records in (portal.results, portal.checklists, portal.comments):
        records.pop(task_id, None)
    portal.emit(EventName.DELETE, task_id)
