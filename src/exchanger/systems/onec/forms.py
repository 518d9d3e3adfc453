"""Формы 1С для Camunda Modeler."""

from __future__ import annotations

from exchanger.connect.template import Form
from exchanger.systems.onec.calls.counterparty import NewCounterparty
from exchanger.systems.onec.calls.documents import DocumentChange, NewDocument
from exchanger.systems.onec.calls.sync import Sync
from exchanger.systems.onec.tasks.params import CreateTaskParams
from exchanger.systems.onec.tasks.snapshots import NAME

FORMS = (
    Form(NAME, "1c_create_task", "1С: задача исполнителю", "Ставит задачу и ждёт, пока её выполнят", CreateTaskParams),
    Form(NAME, "1c_create_document", "1С: создать документ", "Повтор не создаёт второго", NewDocument),
    Form(NAME, "1c_update_document", "1С: изменить документ", "Незаданное остаётся", DocumentChange),
    Form(NAME, "1c_create_counterparty", "1С: завести контрагента", "Повтор не создаёт второго", NewCounterparty),
    Form(NAME, "1c_sync_data", "1С: обмен данными", "Читает строки набора или записывает объекты", Sync),
)
