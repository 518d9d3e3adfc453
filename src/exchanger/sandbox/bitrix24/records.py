"""Записи при задаче: результаты, комментарии, чек-листы."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.errors import RestError, core
from exchanger.sandbox.bitrix24.model import ChecklistItem, Comment, Result
from exchanger.sandbox.bitrix24.portal import EventName

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.model import User
    from exchanger.sandbox.bitrix24.portal import Portal

MAX_DEPTH = 3


def add_result(portal: Portal, user: User, task_id: int, text: str) -> Result:
    """Добавляет результат; двигает дату активности, но не дату изменения."""
    task = portal.require(user, task_id)
    now = portal.now()
    result = Result(portal.number("result"), task_id, user.id, text, now, now)
    portal.results[task_id].append(result)
    task.activity_date = now
    portal.emit(EventName.UPDATE, task_id)
    return result


def add_comment(portal: Portal, user: User, task_id: int, text: str) -> Comment:
    """Добавляет комментарий; двигает дату активности, но не дату изменения."""
    task = portal.require(user, task_id)
    comment = Comment(portal.number("comment"), task_id, user.id, text, portal.now())
    portal.comments[task_id].append(comment)
    task.activity_date = portal.now()
    return comment


def checklist_error(number: int, text: str) -> RestError:
    """Отказ чек-листа в записи портала."""
    return core(f"TASKS_ERROR_EXCEPTION_#{number}; {text}; {number}/TE/{text.upper().replace(' ', '_')}")


def add_item(portal: Portal, user: User, task_id: int, item: ChecklistItem) -> ChecklistItem:
    """Добавляет пункт или чек-лист (parent 0); глубже трёх уровней нельзя."""
    portal.require(user, task_id)
    items = portal.checklists[task_id]
    if item.parent and item.parent not in items:
        raise checklist_error(8, "Action failed to be processed")
    if _depth(items, item) > MAX_DEPTH:
        raise checklist_error(8, "Action failed to be processed")
    items[item.id] = item
    return item


def find_item(portal: Portal, user: User, task_id: int, item_id: int) -> ChecklistItem:
    """Пункт чек-листа или отказ."""
    portal.require(user, task_id)
    item = portal.checklists[task_id].get(item_id)
    if item is None:
        raise checklist_error(8, "Action failed to be processed")
    return item


def toggle_item(portal: Portal, user: User, item: ChecklistItem, *, complete: bool) -> None:
    """Отмечает пункт сделанным или нет."""
    item.complete, item.toggled_by, item.toggled = complete, user.id, portal.now()


def remove_item(portal: Portal, item: ChecklistItem) -> None:
    """Удаляет пункт вместе с вложенными."""
    items = portal.checklists[item.task_id]
    for child in [each for each in items.values() if each.parent == item.id]:
        remove_item(portal, child)
    items.pop(item.id, None)


def _depth(items: dict[int, ChecklistItem], item: ChecklistItem) -> int:
    depth = 1
    while item.parent:
        item, depth = items[item.parent], depth + 1
    return depth
