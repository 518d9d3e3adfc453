"""1С:Предприятие: задачи исполнителям, документы, контрагенты, обмен — через OData или сервис нашего расширения."""

from datetime import timedelta

from exchanger.connect import BLIND, REPEATABLE, System, WorkPromise
from exchanger.systems.onec.calls.counterparty import create_counterparty
from exchanger.systems.onec.calls.documents import create_document, update_document
from exchanger.systems.onec.calls.sync import sync_data
from exchanger.systems.onec.desk import Desk, check, limits, open_desk
from exchanger.systems.onec.settings import KeyScheme, OnecOptions, Profile
from exchanger.systems.onec.tasks.create_task import CreateTask
from exchanger.systems.onec.tasks.snapshots import NAME

__all__ = ["NAME", "SYSTEM", "CreateTask", "KeyScheme", "OnecOptions", "Profile", "system_for"]

_LIMIT = timedelta(minutes=10)  # 1C takes seconds for a write, and a doubt waits out the quarantine


def system_for(scheme: KeyScheme) -> System[OnecOptions, Desk]:
    """Описание системы при этой схеме ключа.

    Создающий вызов можно повторить, только если второму объекту откажет сама база; иначе он BLIND: сомнение
    решает карантин с поиском по ключу, а после гибели процесса — человек. Без ключа задачи не обслуживаются вовсе.
    """
    made: System[OnecOptions, Desk] = System(
        NAME, client=open_desk, limits=limits, quarantine=lambda options: options.quarantine
    )
    creating = REPEATABLE if scheme is KeyScheme.REF else BLIND
    made.call("1c_create_document", promise=creating, limit=_LIMIT)(create_document)
    made.call("1c_update_document", promise=REPEATABLE, limit=_LIMIT)(update_document)
    made.call("1c_create_counterparty", promise=creating, limit=_LIMIT)(create_counterparty)
    made.call("1c_sync_data", promise=creating, limit=_LIMIT)(sync_data)
    if scheme is not KeyScheme.NONE:
        # The predecessor took the bare name of the system for "create a task" as well.
        made.work("1c_create_task", "1c", promise=WorkPromise.MARKED)(CreateTask)
    made.check(check)
    return made


SYSTEM = system_for(KeyScheme.REF)
