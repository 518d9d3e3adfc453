"""Единственное место, где выбирают реализации портов и собирают службы."""

from exchanger.wiring.assembly import Exchanger, Plan, assemble, roles_of
from exchanger.wiring.bitrix24 import bitrix_options
from exchanger.wiring.connections import (
    broker_connection,
    engine_connection,
    flags_directory,
    layout_of,
    locks_of,
    names_of,
    open_bus,
    routes_of,
)
from exchanger.wiring.onec import onec_options
from exchanger.wiring.openproject import openproject_options
from exchanger.wiring.python import OwnService
from exchanger.wiring.registry import Broken, Registry
from exchanger.wiring.service import EVERYTHING, Service
from exchanger.wiring.systems import enabled, hooks_of, open_systems, routing_of, rules_of

__all__ = [
    "EVERYTHING",
    "Broken",
    "Exchanger",
    "OwnService",
    "Plan",
    "Registry",
    "Service",
    "assemble",
    "bitrix_options",
    "broker_connection",
    "enabled",
    "engine_connection",
    "flags_directory",
    "hooks_of",
    "layout_of",
    "locks_of",
    "names_of",
    "onec_options",
    "open_bus",
    "open_systems",
    "openproject_options",
    "roles_of",
    "routes_of",
    "routing_of",
    "rules_of",
]
