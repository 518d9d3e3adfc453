"""Разметка страниц стенда: всё, что ввели люди, экранируется."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.dates import show_russian
from exchanger.sandbox.bitrix24.machine import Action
from exchanger.sandbox.bitrix24.model import Status, Task
from exchanger.sandbox.bitrix24.render import possible
from exchanger.sandbox.bitrix24.userfields import RESULT_ANSWER, RESULT_QUESTION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exchanger.sandbox.bitrix24.model import User
    from exchanger.sandbox.bitrix24.portal import Portal

STATUS_NAMES = {
    Status.NEW: "Новая",
    Status.PENDING: "Ждёт выполнения",
    Status.IN_PROGRESS: "Выполняется",
    Status.AWAITS_CONTROL: "Ждёт контроля",
    Status.COMPLETED: "Завершена",
    Status.DEFERRED: "Отложена",
    Status.DECLINED: "Отклонена",
}
BUTTONS = {
    Action.START: "Начать",
    Action.PAUSE: "Приостановить",
    Action.COMPLETE: "Завершить",
    Action.APPROVE: "Принять работу",
    Action.DISAPPROVE: "Вернуть на доработку",
    Action.DEFER: "Отложить",
    Action.RENEW: "Возобновить",
    Action.DECLINE: "Отклонить",
    Action.DELETE: "Удалить",
}
_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:0;background:#eef2f4;color:#2b3640}
header{background:#2f5a78;color:#fff;padding:10px 24px;display:flex;gap:24px;align-items:center}
header a{color:#fff;text-decoration:none;font-weight:600}header form{margin-left:auto}
main{max-width:1000px;margin:20px auto;background:#fff;padding:18px 24px;border-radius:8px}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:7px 8px;border-bottom:1px solid #e2e8ec}
.s{padding:2px 8px;border-radius:10px;background:#dfe7ec;white-space:nowrap}.s5{background:#cfeecf}
.s4{background:#ffe9b8}.s3{background:#cfe4ff}.s7{background:#f6caca}.late{color:#b3261e}
.text{white-space:pre-wrap;background:#f6f8f9;padding:10px 12px;border-radius:6px}
.error{background:#f9d6d5;padding:8px 12px;border-radius:6px}
.row{display:flex;gap:8px;flex-wrap:wrap;margin:12px 0;align-items:center}
button{font:inherit;padding:5px 12px;border:1px solid #9fb3c0;border-radius:6px;background:#f4f7f9;cursor:pointer}
button:hover{background:#e2ebf0}input,select,textarea{font:inherit;padding:4px 6px}textarea{width:100%}
"""


def layout(portal: Portal, me: User, title: str, body: str, here: str) -> str:
    """Страница целиком: шапка с выбором «кто вы» и содержимое."""
    options = "".join(
        f'<option value="{user.id}"{" selected" if user.id == me.id else ""}>{escape(user.full_name)}</option>'
        for user in portal.directory.users.values()
        if user.active
    )
    return (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<style>{_STYLE}</style></head><body><header><a href="/">Задачи</a><span>Стенд Bitrix24</span>'
        f'<form method="post" action="/whoami"><input type="hidden" name="back" value="{escape(here)}">'
        f'<label>Вы: <select name="user">{options}</select></label> <button>Выбрать</button></form></header>'
        f"<main>{body}</main></body></html>"
    )


def task_link(me: User, task: Task) -> str:
    """Адрес карточки в том виде, в каком он бывает на портале."""
    return f"/company/personal/user/{me.id}/tasks/task/view/{task.id}/"


def _status(task: Task) -> str:
    return f'<span class="s s{int(task.status)}">{STATUS_NAMES[task.status]}</span>'


def _deadline(portal: Portal, me: User, task: Task) -> str:
    if task.deadline is None:
        return "—"
    late = task.deadline < portal.now() and task.status not in {Status.COMPLETED, Status.AWAITS_CONTROL}
    return f'<span class="{"late" if late else ""}">{show_russian(task.deadline, me.time_zone)}</span>'


def task_table(portal: Portal, me: User, tasks: Sequence[Task], total: int) -> str:
    """Список задач."""
    rows = "".join(
        f'<tr><td>{task.id}</td><td><a href="{task_link(me, task)}">{escape(task.title)}</a></td>'
        f"<td>{_status(task)}</td><td>{escape(portal.user(task.responsible_id).full_name)}</td>"
        f"<td>{_deadline(portal, me, task)}</td></tr>"
        for task in tasks
    )
    empty = '<tr><td colspan="5">Задач пока нет.</td></tr>'
    return (
        f"<h1>Задачи</h1><p>Видно вам: {total}. Показаны последние {len(tasks)}.</p><table><tr><th>№</th>"
        f"<th>Название</th><th>Состояние</th><th>Исполнитель</th><th>Крайний срок</th></tr>{rows or empty}</table>"
    )


def task_card(portal: Portal, me: User, task: Task, error: str) -> str:
    """Карточка задачи: сведения, кнопки, вопрос, результаты."""
    refused = f'<p class="error">{escape(error)}</p>' if error else ""
    return (
        f"{refused}<h1>{escape(task.title)}</h1><p>№ {task.id} · {_status(task)} · постановщик "
        f"{escape(portal.user(task.created_by).full_name)} · исполнитель "
        f"{escape(portal.user(task.responsible_id).full_name)} · срок {_deadline(portal, me, task)}</p>"
        f'<div class="text">{escape(task.description) or "Описания нет."}</div>'
        f"{_buttons(portal, me, task)}{_question(portal, me, task)}{_delegate(portal, me, task)}"
        f"{_checklist(portal, task)}{_results(portal, me, task)}{_comments(portal, task)}"
    )


def form(me: User, task: Task, action: str, inner: str) -> str:
    """Форма действия над задачей."""
    return f'<form class="row" method="post" action="{task_link(me, task)}{action}">{inner}</form>'


def _buttons(portal: Portal, me: User, task: Task) -> str:
    able = possible(portal, me, task)
    shown = [
        form(me, task, action.value, f"<button>{name}</button>") for action, name in BUTTONS.items() if able[action]
    ]
    return f'<div class="row">{"".join(shown)}</div>'


def _question(portal: Portal, me: User, task: Task) -> str:
    question, known = task.user_fields.get(RESULT_QUESTION), portal.user_fields.get(RESULT_ANSWER)
    if not question or known is None:
        return ""
    given = portal.user_fields.text_of(RESULT_ANSWER, task.user_fields.get(RESULT_ANSWER))
    answers = "".join(f'<button name="text" value="{item.id}">{escape(item.value)}</button>' for item in known.items)
    said = f" Ответ: <b>{escape(given)}</b>" if given else ""
    return f"<h2>Вопрос</h2><p>{escape(str(question))}{said}</p>" + form(me, task, "answer", answers)


def _delegate(portal: Portal, me: User, task: Task) -> str:
    if not possible(portal, me, task)[Action.DELEGATE]:
        return ""
    people = "".join(
        f'<option value="{user.id}">{escape(user.full_name)}</option>'
        for user in portal.directory.users.values()
        if user.active and user.id != task.responsible_id
    )
    return form(me, task, "delegate", f'<select name="to">{people}</select><button>Делегировать</button>')


def _checklist(portal: Portal, task: Task) -> str:
    items = portal.checklists.get(task.id, {}).values()
    rows = "".join(f"<li>{'☑' if item.complete else '☐'} {escape(item.title)}</li>" for item in items)
    return f"<h2>Чек-лист</h2><ul>{rows}</ul>" if rows else ""


def _results(portal: Portal, me: User, task: Task) -> str:
    rows = "".join(f'<p class="text">{escape(each.text)}</p>' for each in portal.results.get(task.id, []))
    required = " (обязателен)" if task.result_required else ""
    inner = '<textarea name="text" rows="2" required></textarea><button>Добавить результат</button>'
    return f"<h2>Результат{required}</h2>{rows}" + form(me, task, "result", inner)


def _comments(portal: Portal, task: Task) -> str:
    rows = "".join(
        f"<p><b>{escape(portal.user(each.author).full_name)}:</b> {escape(each.text)}</p>"
        for each in portal.comments.get(task.id, [])
    )
    return f"<h2>Комментарии</h2>{rows}" if rows else ""
