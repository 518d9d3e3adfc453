"""Стенд OpenProject: API v3 в памяти, по поведению настоящего кода, со сбоями по заказу.

instance = default_instance()
async with standin(instance) as running:
    ...  # running.url
"""

from exchanger.sandbox.openproject.faults import Fault, FaultKind, Faults
from exchanger.sandbox.openproject.instance import Config, Instance, OAuthApp
from exchanger.sandbox.openproject.person import Person
from exchanger.sandbox.openproject.seed import default_instance, key_field
from exchanger.sandbox.openproject.server import RunningInstance, standin

__all__ = [
    "Config",
    "Fault",
    "FaultKind",
    "Faults",
    "Instance",
    "OAuthApp",
    "Person",
    "RunningInstance",
    "default_instance",
    "key_field",
    "standin",
]
