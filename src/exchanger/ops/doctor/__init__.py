"""Самопроверка установки: настройки, машина, движок, брокер, темы, системы. У каждой находки сказано, что делать."""

from exchanger.ops.doctor.examine import diagnose, examine, examine_systems
from exchanger.ops.doctor.finding import Code, Diagnosis, Section
from exchanger.ops.doctor.machine import Surroundings
from exchanger.ops.doctor.notice import try_notices
from exchanger.ops.doctor.probe import probe

__all__ = [
    "Code",
    "Diagnosis",
    "Section",
    "Surroundings",
    "diagnose",
    "examine",
    "examine_systems",
    "probe",
    "try_notices",
]
