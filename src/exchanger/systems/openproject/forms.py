"""Формы OpenProject для Camunda Modeler: у задачи и вехи одна модель параметров, но разные поля."""

from __future__ import annotations

from exchanger.connect.template import Form
from exchanger.systems.openproject.change_params import ChangedTask
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.systems.openproject.project_params import NewProject
from exchanger.systems.openproject.snapshots import SYSTEM_NAME

FORMS = (
    Form(
        SYSTEM_NAME,
        "op_create_task",
        "OpenProject: задача",
        "Создаёт рабочий пакет и ждёт, пока его закроют",
        CreateTaskParams,
        frozenset({"on"}),
    ),
    Form(
        SYSTEM_NAME,
        "op_create_milestone",
        "OpenProject: веха",
        "Создаёт веху и ждёт, пока её закроют",
        CreateTaskParams,
        frozenset({"start", "due", "duration", "estimated"}),
    ),
    Form(SYSTEM_NAME, "op_update_task", "OpenProject: изменить задачу", "Незаданное остаётся", ChangedTask),
    Form(SYSTEM_NAME, "op_create_project", "OpenProject: проект", "Создаёт проект", NewProject),
)
