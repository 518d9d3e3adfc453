"""Состояние служб по systemd."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.domain.errors import ConfigError
from exchanger.ops.services.host import Machine
from exchanger.ops.services.legacy import SUFFIXLESS
from exchanger.ops.services.unit import Unit, Which, units_of

_PROPERTIES = (
    "LoadState",
    "ActiveState",
    "SubState",
    "UnitFileState",
    "StatusText",
    "NRestarts",
    "StateChangeTimestamp",
)
_NONE = "не установлена"
_STATES = {"active": "работает", "activating": "запускается", "deactivating": "останавливается",
           "failed": "упала", "inactive": "остановлена"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """Служба: состояние, включена ли, с какого времени, сколько раз перезапускалась, что говорит о себе."""

    unit: Unit
    loaded: bool
    state: str
    enabled: bool
    since: str
    restarts: int
    said: str

    @property
    def is_fine(self) -> bool:
        """Включённая работает; выключенная не упала."""
        return self.state == "active" if self.enabled else self.state != "failed"

    @property
    def state_said(self) -> str:
        """Состояние словами."""
        return _STATES.get(self.state, self.state) if self.loaded else _NONE


def standings(which: Which, machine: Machine) -> list[Standing]:
    """Каждая служба сред."""
    return [_standing(unit, machine) for unit in units_of(which)]


def leftovers(machine: Machine) -> list[str]:
    """Юниты прежней системы, которые ещё лежат рядом и запустились бы вторыми."""
    return [name for name in SUFFIXLESS if (machine.units / f"{name}.service").is_file()]


def _standing(unit: Unit, machine: Machine) -> Standing:
    ran = machine.systemctl("show", f"--property={','.join(_PROPERTIES)}", unit.file)
    if not ran.done:
        raise ConfigError(f"systemd не отвечает: {ran.output}", remedy="проверьте systemctl status.")
    told = dict(line.split("=", 1) for line in ran.output.splitlines() if "=" in line)
    return Standing(
        unit,
        loaded=told.get("LoadState") == "loaded",
        state=told.get("ActiveState", "unknown"),
        enabled=told.get("UnitFileState") == "enabled",
        since=told.get("StateChangeTimestamp", ""),
        restarts=int(told.get("NRestarts") or 0),
        said=told.get("StatusText", ""),
    )
