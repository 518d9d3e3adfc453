"""Результаты (v2 и v3), комментарии, уведомления."""

from __future__ import annotations

from html import escape
from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24 import records
from exchanger.sandbox.bitrix24.dates import show
from exchanger.sandbox.bitrix24.errors import RestError, missing
from exchanger.sandbox.bitrix24.model import Notification, Result
from exchanger.sandbox.bitrix24.registry import V2, V3, Call, Reply


@V2.method("tasks.task.result.list", "task")
def result_list(call: Call) -> Reply:
    """Результаты задачи, новые первыми; числа - числами."""
    task = call.portal.require(call.user, call.task_id())
    return Reply([_row(call, each) for each in reversed(call.portal.results.get(task.id, []))])


def _row(call: Call, result: Result) -> dict[str, Any]:
    return {
        "id": result.id,
        "taskId": result.task_id,
        "commentId": result.comment_id,
        "createdBy": result.author,
        "createdAt": show(result.created, call.user.time_zone),
        "updatedAt": show(result.updated, call.user.time_zone),
        "status": int(result.closed),
        "text": result.text,
        "formattedText": escape(result.text).replace("\n", "<br />"),
        "files": list(result.files),
    }


@V3.method("tasks.task.result.add", "tasks")
def result_add(call: Call) -> Reply:
    """Пишет результат (v3)."""
    fields = php.as_map(call.get("fields"))
    for name in ("taskId", "text"):
        if not php.as_text(fields.get(name)):
            raise missing(name)
    task_id = php.as_int(fields["taskId"])
    if call.portal.find(call.user, task_id) is None:
        raise RestError("ACCESS_DENIED", "Access denied", 403)
    result = records.add_result(call.portal, call.user, task_id, php.as_text(fields["text"]))
    item = {
        "id": result.id,
        "taskId": result.task_id,
        "text": result.text,
        "authorId": result.author,
        "createdAt": show(result.created, call.user.time_zone),
        "updatedAt": show(result.updated, call.user.time_zone),
        "status": "open",
        "fileIds": [],
        "messageId": None,
    }
    return Reply({"item": item})


@V2.method("task.commentitem.add", "task")
def comment_add(call: Call) -> Reply:
    """Комментарий: TASKID, FIELDS по порядку."""
    args = call.positional(2)
    if args is None or not isinstance(args[1], dict):
        return Reply(result=False)
    text = php.as_text(args[1].get("POST_MESSAGE"))
    if not text:
        raise records.checklist_error(256, "Wrong arguments")
    return Reply(records.add_comment(call.portal, call.user, php.as_int(args[0]), text).id)


@V2.method("task.commentitem.getlist", "task")
def comment_list(call: Call) -> Reply:
    """Комментарии; на портале с новой карточкой их здесь нет (они в чате)."""
    args = call.positional(1)
    if args is None:
        return Reply(result=False)
    task = call.portal.require(call.user, php.as_int(args[0]))
    comments = [] if call.portal.build.new_card else call.portal.comments.get(task.id, [])
    return Reply(
        [
            {
                "ID": str(each.id),
                "AUTHOR_ID": str(each.author),
                "AUTHOR_NAME": call.portal.user(each.author).full_name,
                "POST_DATE": show(each.created, call.user.time_zone),
                "POST_MESSAGE": each.text,
            }
            for each in comments
        ]
    )


@V2.method("task.commentitem.get", "task")
def comment_get(call: Call) -> Reply:
    """Комментарий с вложениями: TASKID, ITEMID по порядку; в новой карточке комментариев нет."""
    args = call.positional(2)
    if args is None:
        raise records.checklist_error(256, "Wrong arguments")
    task = call.portal.require(call.user, php.as_int(args[0]))
    found = [each for each in call.portal.comments.get(task.id, []) if each.id == php.as_int(args[1])]
    if not found or call.portal.build.new_card:
        raise records.checklist_error(512, "Item not found or not accessible")
    comment = found[0]
    row = {"ID": str(comment.id), "AUTHOR_ID": str(comment.author), "POST_MESSAGE": comment.text}
    attached = {str(number): _attached(call, number) for number in comment.attachments}
    return Reply(row | {"POST_MESSAGE_HTML": None} | ({"ATTACHED_OBJECTS": attached} if attached else {}))


def _attached(call: Call, number: int) -> dict[str, str]:
    file_id = call.portal.drive.attachments[number].file_id
    known = call.portal.drive.files[file_id]
    link = f"/bitrix/tools/disk/uf.php?attachedId={number}&auth%5Bauth%5D=sandbox&action=download&ncc=1"
    return {
        "ATTACHMENT_ID": str(number),
        "NAME": known.name,
        "SIZE": str(known.size),
        "FILE_ID": str(file_id),
        "DOWNLOAD_URL": link,
        "VIEW_URL": link,
    }


@V2.method("im.notify", "im")
@V2.method("im.notify.personal.add", "im")
@V2.method("im.notify.system.add", "im")
def notify(call: Call) -> Reply:
    """Уведомление человеку."""
    to = php.as_int(call.get("USER_ID") or call.get("to"))
    if call.portal.directory.active(to) is None:
        raise RestError("ERROR_ARGUMENT", "Argument 'USER_ID' is null or empty")
    call.portal.notifications.append(Notification(to, call.user.id, php.as_text(call.get("MESSAGE"))))
    return Reply(call.portal.number("notification"))
