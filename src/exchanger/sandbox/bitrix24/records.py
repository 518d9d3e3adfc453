"""Записи при задаче: результаты, комментарии, чек-листы."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.drive import attach
from exchanger.sandbox.bitrix24.errors import RestError, core
from exchanger.sandbox.bitrix24.model import ChecklistItem, Comment, Result
from exchanger.sandbox.bitrix24.portal import EventName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exchanger.sandbox.bitrix24.model import User
    from exchanger.sandbox.bitrix24.portal import Portal

MAX_DEPTH = 3


def add_result(portal: Portal, user: User, task_id: int, text: str, files: Sequence[int] = ()) -> Result:
    """Добавляет результат (с файлами Диска); двигает дату активности, но не дату изменения.

    В старой карточке результат - это комментарий, в новой комментария у него нет.
    """
    task = portal.require(user, task_id)
    now = portal.now()
    attached = tuple(attach(portal, user, task_id, each).id for each in files)
    comment = 0 if portal.build.new_card else add_comment(portal, user, task_id, text, attached).id
    result = Result(portal.number("result"), task_id, user.id, text, now, now, files=attached, comment_id=comment)
    portal.results[task_id].append(result)
    task.activity_date = now
    portal.emit(EventName.UPDATE, task_id)
    return result


def add_comment(portal: Portal, user: User, task_id: int, text: str, attachments: tuple[int, ...] = ()) -> Comment:
    """Добавляет комментарий; двигает дату активности, но не дату изменения."""
    task = portal.require(user, task_id)
    comment = Comment(portal.number("comment"), task_id, user.id, text, portal.now(), attachments)
    portal.comments[task_id].append(comment)
    task.activity_date = portal.now()
    return comment


def checklist_error(number: int, text: str) -> RestError:
    """Отказ чек-листа в записи портала."""
    return core(f"TASKS_ERROR_EXCEPTION_#{number}; {text}; {number}/TE/{text.upper().replace(' ', '_')}")


def add_item(portal: Portal, user: User, task_id: int, item: ChecklistItem) -> ChecklistItem:
    """Добавляет пункт или чек-лист (parent 0).

    Неизвестный родитель - новый чек-лист, как на портале; глубже трёх уровней нельзя. Участники пункта становятся
    участниками задачи в той же роли.
    """
    task = portal.require(user, task_id)
    items = portal.checklists[task_id]
    if item.parent not in items:
        item.parent = 0
    if _depth(items, item) > MAX_DEPTH:
        raise checklist_error(8, "Action failed to be processed")
    items[item.id] = item
    for number, role in item.members.items():
        if role == "A":
            task.accomplices = tuple(dict.fromkeys((*task.accomplices, number)))
        else:
            task.auditors = tuple(dict.fromkeys((*task.auditors, number)))
    return item


def in_order(items: Iterable[ChecklistItem]) -> list[ChecklistItem]:
    """Порядок портала: меньший SORT_INDEX выше; при равных новый чек-лист встаёт сверху, новый пункт - вниз."""
    return sorted(items, key=lambda each: (each.sort, each.id if each.parent else -each.id))


def first_list(portal: Portal, task_id: int) -> int:
    """Чек-лист, в который попадает пункт без PARENT_ID; нет ни одного - 0 (будет новый)."""
    roots = [each for each in in_order(portal.checklists[task_id].values()) if not each.parent]
    return roots[0].id if roots else 0


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
