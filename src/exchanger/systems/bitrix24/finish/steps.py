"""Шаг: одна пишущая команда и слова о ней."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from exchanger.systems.bitrix24.batch import Command, Ref


@dataclass(frozen=True, slots=True)
class Step:
    """Команда с меткой. `what` — что не получилось, если не получится; `quiet` — отказ значит «это уже есть».

    `optional` — без этого задача целая: даже временный отказ не повод начинать сначала.
    """

    label: str
    command: Command
    what: str
    quiet: bool = False
    optional: bool = False

    def after(self, known: Mapping[str, int]) -> Step:
        """Тот же шаг, где вместо ссылок на сделанное — номера."""
        params = {name: _placed(value, known) for name, value in self.command.params.items()}
        return replace(self, command=Command(self.command.method, params))


def _placed(value: object, known: Mapping[str, int]) -> object:
    if isinstance(value, Mapping):
        return {name: _placed(item, known) for name, item in value.items()}
    return known.get(value.label, value) if isinstance(value, Ref) else value
