"""Службы установки."""

from enum import StrEnum


class Service(StrEnum):
    """Службы; имена знают операторы."""

    CAMUNDA_WORKER = "camunda-worker"
    TASK_CREATOR = "task-creator"
    PYTHON_SERVICES = "python-services"
    CAMUNDA_SYNC = "camunda-sync"
    CONSOLE = "console"


EVERYTHING = frozenset({Service.CAMUNDA_WORKER, Service.TASK_CREATOR})
