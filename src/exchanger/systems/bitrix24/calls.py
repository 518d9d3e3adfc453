"""Вызовы: правка задачи, сделка, её правка, контакт. Все REPEATABLE: повтор не делает второй записи."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from exchanger.domain.key import Key
from exchanger.systems.bitrix24.changes import change_deal, change_task
from exchanger.systems.bitrix24.crm_params import ChangedDeal, ChangedTask, DealFields, NewContact, NewDeal
from exchanger.systems.bitrix24.deadlines import portal_zone
from exchanger.systems.bitrix24.foreign import as_text
from exchanger.systems.bitrix24.moments import show
from exchanger.systems.bitrix24.portal import Portal

_EMPTY: tuple[object, ...] = (None, "", [])


async def bitrix_update_task(params: ChangedTask, portal: Portal) -> dict[str, str]:
    """Изменить задачу; незаданное остаётся, портал прочитан после правки."""
    deadline = None
    if params.deadline is not None:
        moment = params.deadline
        if moment.tzinfo is None:
            capabilities = await portal.inspector.get()
            moment = moment.replace(tzinfo=portal_zone(portal.options, capabilities, portal.api.time))
        deadline = show(moment)
    fields = {
        "TITLE": params.title,
        "DESCRIPTION": params.description,
        "RESPONSIBLE_ID": await _person(params.responsible, portal),
        "DEADLINE": deadline,
        "PRIORITY": params.priority,
        "GROUP_ID": params.group,
        "TAGS": params.tags,
    }
    row = await change_task(portal.api, params.task_id, _written(fields, params.fields))
    return {
        "bitrix_task_id": str(params.task_id),
        "bitrix_task_title": as_text(row.get("title")),
        "bitrix_task_status": as_text(row.get("status")),
        "bitrix_task_responsible_id": as_text(row.get("responsibleId")),
    }


async def bitrix_create_deal(params: NewDeal, portal: Portal, key: Key) -> dict[str, str]:
    """Создать сделку. Ключ лежит в ORIGIN_ID: по нему повтор находит уже созданную."""
    named = {"TITLE": params.title, "CATEGORY_ID": params.category}
    fields = _written({**named, **await _deal(params, portal)}, params.fields)
    return _deal_variables(portal, await portal.crm.make("deal", key, fields))


async def bitrix_update_deal(params: ChangedDeal, portal: Portal) -> dict[str, str]:
    """Изменить сделку; незаданное остаётся, портал прочитан после правки."""
    fields = _written({"TITLE": params.title, **await _deal(params, portal)}, params.fields)
    row = await change_deal(portal.api, params.deal_id, fields)
    return {**_deal_variables(portal, params.deal_id), "bitrix_deal_stage": as_text(row.get("STAGE_ID"))}


async def bitrix_create_contact(params: NewContact, portal: Portal, key: Key) -> dict[str, str]:
    """Создать контакт. Ключ лежит в ORIGIN_ID: по нему повтор находит уже созданный."""
    fields = {
        "NAME": params.name,
        "SECOND_NAME": params.second_name,
        "LAST_NAME": params.last_name,
        "PHONE": [{"VALUE": each, "VALUE_TYPE": "WORK"} for each in params.phone],
        "EMAIL": [{"VALUE": each, "VALUE_TYPE": "WORK"} for each in params.email],
        "COMPANY_ID": params.company,
        "ASSIGNED_BY_ID": await _person(params.assigned, portal),
        "COMMENTS": params.comments,
    }
    number = await portal.crm.make("contact", key, _written(fields, params.fields))
    return {"bitrix_contact_id": str(number), "bitrix_contact_link": _link(portal, "contact", number)}


async def _deal(params: DealFields, portal: Portal) -> dict[str, object]:
    return {
        "STAGE_ID": params.stage,
        "OPPORTUNITY": _amount(params.amount),
        "CURRENCY_ID": params.currency,
        "CONTACT_ID": params.contact,
        "COMPANY_ID": params.company,
        "ASSIGNED_BY_ID": await _person(params.assigned, portal),
        "COMMENTS": params.comments,
    }


def _amount(amount: Decimal | None) -> str | None:
    """As a text: a binary fraction would change the sum."""
    return None if amount is None else format(amount, "f")


def _written(fields: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value not in _EMPTY} | dict(other)


async def _person(who: str | None, portal: Portal) -> int | None:
    return None if who is None else await portal.people.named(who, "сотрудник")


def _deal_variables(portal: Portal, number: int) -> dict[str, str]:
    return {"bitrix_deal_id": str(number), "bitrix_deal_link": _link(portal, "deal", number)}


def _link(portal: Portal, entity: str, number: int) -> str:
    base = (portal.options.link_base or portal.api.origin).rstrip("/")
    return f"{base}/crm/{entity}/details/{number}/"
