"""Битрикс24: задачи людям через REST (вебхук). `SYSTEM` — описание системы для wiring."""

from datetime import timedelta

from exchanger.connect import REPEATABLE, ErrorCodes, System, WorkPromise
from exchanger.systems.bitrix24 import calls
from exchanger.systems.bitrix24.check import check
from exchanger.systems.bitrix24.create_task import CreateTask
from exchanger.systems.bitrix24.portal import Portal, limits, open_portal
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.bitrix24.snapshots import SYSTEM_NAME
from exchanger.systems.bitrix24.verdicts import DEADLINE_PASSED, DELETED

__all__ = ["SYSTEM", "BitrixOptions", "CreateTask"]

SYSTEM: System[BitrixOptions, Portal] = System(
    SYSTEM_NAME,
    client=open_portal,
    limits=limits,
    quarantine=lambda options: options.quarantine,
    forget=Portal.forget,
    codes=ErrorCodes(deleted=DELETED, overdue=DEADLINE_PASSED),
)
# The predecessor took the bare name of the system for "create a task" as well.
SYSTEM.work("bitrix_create_task", "bitrix24", promise=WorkPromise.MARKED)(CreateTask)
# A creation may wait for two quarantines of the portal: its own and that of the process before.
_LONGEST = timedelta(minutes=10)
SYSTEM.call("bitrix_update_task", promise=REPEATABLE)(calls.bitrix_update_task)
SYSTEM.call("bitrix_create_deal", promise=REPEATABLE, limit=_LONGEST)(calls.bitrix_create_deal)
SYSTEM.call("bitrix_update_deal", promise=REPEATABLE)(calls.bitrix_update_deal)
SYSTEM.call("bitrix_create_contact", promise=REPEATABLE, limit=_LONGEST)(calls.bitrix_create_contact)
SYSTEM.check(check)
