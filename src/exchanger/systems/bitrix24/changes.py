"""Правка с проверкой: записать и прочитать, что портал запомнил."""

from __future__ import annotations

from collections.abc import Mapping

from exchanger.connect import Intent
from exchanger.domain.errors import Reject
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.foreign import Row, as_map, camel, same_value

_CHECKED = frozenset(
    {
        "ASSIGNED_BY_ID", "COMPANY_ID", "CONTACT_ID", "CURRENCY_ID", "GROUP_ID", "OPPORTUNITY", "PRIORITY",
        "RESPONSIBLE_ID", "STAGE_ID",
    }
)  # fmt: skip
"""Поля, которые портал хранит как дали; тексты он правит сам, и сверка их обманула бы."""


async def change_task(api: BitrixApi, number: int, fields: Mapping[str, object]) -> Row:
    """Правка задачи; строка задачи после неё."""
    await api.call("tasks.task.update", {"taskId": number, "fields": given(fields)}, intent=Intent.IDEMPOTENT)
    select = sorted({"ID", "TITLE", "STATUS", "RESPONSIBLE_ID", *(_CHECKED & fields.keys())})
    answer = await api.call("tasks.task.get", {"taskId": number, "select": select}, intent=Intent.READ)
    row = as_map(as_map(answer.result).get("task"))
    _verify(fields, {name: row.get(camel(name)) for name in fields}, f"задача №{number}")
    return row


async def change_deal(api: BitrixApi, number: int, fields: Mapping[str, object]) -> Row:
    """Правка сделки; её поля после неё."""
    await api.call("crm.deal.update", {"id": number, "fields": given(fields)}, intent=Intent.IDEMPOTENT)
    answer = await api.call("crm.deal.get", {"id": number}, intent=Intent.READ)
    row = as_map(answer.result)
    _verify(fields, row, f"сделка №{number}")
    return row


def given(fields: Mapping[str, object]) -> Mapping[str, object]:
    """Заданное; `Reject` — не задано ничего."""
    if not fields:
        raise Reject("Битрикс24: менять нечего: ни одно поле не задано.", remedy="задайте элементу хотя бы одно поле.")
    return fields


def _verify(wanted: Mapping[str, object], row: Mapping[str, object], what: str) -> None:
    kept = sorted(name for name in _CHECKED & wanted.keys() if not same_value(wanted[name], row.get(name)))
    if kept:
        raise Reject(
            f"Битрикс24, {what}: портал ответил согласием, но не изменил {', '.join(kept)}.",
            remedy="проверьте права владельца вебхука и обязательные поля стадии, затем повторите инцидент.",
        )
