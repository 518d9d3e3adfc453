"""Стенд 1С:Предприятие: OData и HTTP-сервис расширения над базой в памяти, со сбоями по заказу.

base = default_base()
async with standin(base, plan=PLAN) as running:
    ...  # running.url — адрес публикации
"""

from exchanger.sandbox.onec.faults import Fault, FaultKind, Faults
from exchanger.sandbox.onec.infobase import Config, Infobase, User
from exchanger.sandbox.onec.person import Person
from exchanger.sandbox.onec.seed import default_base
from exchanger.sandbox.onec.server import RunningBase, standin
from exchanger.sandbox.onec.sessions import Sessions

__all__ = [
    "Config",
    "Fault",
    "FaultKind",
    "Faults",
    "Infobase",
    "Person",
    "RunningBase",
    "Sessions",
    "User",
    "default_base",
    "standin",
]
