"""Формы Битрикс24 для Camunda Modeler."""

from __future__ import annotations

from exchanger.connect.template import Form
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.snapshots import SYSTEM_NAME

FORMS = (
    Form(
        SYSTEM_NAME,
        "bitrix_create_task",
        "Битрикс24: задача сотруднику",
        "Ставит задачу и ждёт, пока её сделают",
        CreateTaskParams,
    ),
)
