"""Методы REST портала; импорт модулей наполняет реестры."""

from exchanger.sandbox.bitrix24.methods import addon, checklist, people, records, system, tasks, userfields

__all__ = ["addon", "checklist", "people", "records", "system", "tasks", "userfields"]
