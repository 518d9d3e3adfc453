"""OpenProject: рабочие пакеты людям через API v3. `SYSTEM` — описание системы для wiring."""

from exchanger.connect import REPEATABLE, System, WorkPromise
from exchanger.systems.openproject.check import check
from exchanger.systems.openproject.create_project import op_create_project
from exchanger.systems.openproject.create_task import CreateTask
from exchanger.systems.openproject.desk import Desk, limits, open_desk
from exchanger.systems.openproject.settings import OpenProjectOptions
from exchanger.systems.openproject.snapshots import SYSTEM_NAME
from exchanger.systems.openproject.update_task import op_update_task

__all__ = ["SYSTEM", "CreateTask", "OpenProjectOptions"]

SYSTEM: System[OpenProjectOptions, Desk] = System(
    SYSTEM_NAME, client=open_desk, limits=limits, quarantine=lambda options: options.quarantine
)
# The predecessor took the bare name of the system for "create a task" as well.
SYSTEM.work("op_create_task", "op_create_milestone", "openproject", promise=WorkPromise.MARKED)(CreateTask)
SYSTEM.call("op_update_task", promise=REPEATABLE)(op_update_task)
SYSTEM.call("op_create_project", promise=REPEATABLE)(op_create_project)
SYSTEM.check(check)
