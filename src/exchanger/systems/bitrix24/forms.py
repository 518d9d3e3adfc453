"""Формы Битрикс24 для Camunda Modeler."""

from __future__ import annotations

from exchanger.connect.template import Form
from exchanger.systems.bitrix24.crm_params import ChangedDeal, ChangedTask, NewContact, NewDeal
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.snapshots import SYSTEM_NAME

FORMS = (
    Form(SYSTEM_NAME, "bitrix_update_task", "Битрикс24: изменить задачу", "Незаданное остаётся", ChangedTask),
    Form(SYSTEM_NAME, "bitrix_create_deal", "Битрикс24: создать сделку", "Повтор не создаёт второй", NewDeal),
    Form(SYSTEM_NAME, "bitrix_update_deal", "Битрикс24: изменить сделку", "Незаданное остаётся", ChangedDeal),
    Form(SYSTEM_NAME, "bitrix_create_contact", "Битрикс24: создать контакт", "Повтор не создаёт второго", NewContact),
    Form(
        SYSTEM_NAME,
        "bitrix_create_task",
        "Битрикс24: задача сотруднику",
        "Ставит задачу и ждёт, пока её сделают",
        CreateTaskParams,
    ),
)
