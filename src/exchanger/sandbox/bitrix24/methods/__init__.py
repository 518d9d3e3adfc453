"""Методы REST портала; импорт модулей наполняет реестры."""

from exchanger.sandbox.bitrix24.methods import (
    addon,
    addon_fields,
    addon_tasks,
    addon_templates,
    checklist,
    crm,
    disk,
    groups,
    people,
    records,
    system,
    tasks,
    templates,
    userfields,
)

__all__ = [
    "addon",
    "addon_fields",
    "addon_tasks",
    "addon_templates",
    "checklist",
    "crm",
    "disk",
    "groups",
    "people",
    "records",
    "system",
    "tasks",
    "templates",
    "userfields",
]
