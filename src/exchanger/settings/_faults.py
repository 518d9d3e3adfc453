"""Ошибки настройки: все сразу, каждая с именем, значением без тайны и тем, что делать."""

from collections.abc import Iterable
from dataclasses import dataclass

from exchanger.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Fault:
    """Одна ошибка настройки; `value` уже без тайны."""

    name: str
    value: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        shown = f"{self.name}={self.value}" if self.value else self.name
        return f"{shown}: {self.problem}" + (f" → {self.remedy}" if self.remedy else "")


class SettingsError(ConfigError):
    """Настройки негодны; `faults` — все найденные ошибки."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"Ошибки настройки ({len(self.faults)}):\n{lines}")
