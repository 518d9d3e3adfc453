"""Пуск, остановка и перезапуск служб."""

from __future__ import annotations

from enum import StrEnum

from exchanger.domain.errors import ConfigError
from exchanger.ops.services.host import Machine
from exchanger.ops.services.install import Tell
from exchanger.ops.services.unit import Which, units_of


class Order(StrEnum):
    """Приказ systemd."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"


_DONE = {Order.START: "запущена", Order.STOP: "остановлена", Order.RESTART: "перезапущена"}


def carry_out(order: Order, which: Which, machine: Machine, tell: Tell) -> None:
    """Выполнить для каждой службы; неудача одной других не задерживает, в конце — `ConfigError` обо всех."""
    failed: list[str] = []
    for unit in units_of(which):
        ran = machine.systemctl(order.value, unit.file)
        tell(f"{unit.name}: {_DONE[order] if ran.done else f'не {_DONE[order]}: {ran.output}'}")
        if not ran.done:
            failed.append(unit.name)
    if failed:
        raise ConfigError(
            f"Не {_DONE[order]}: {', '.join(failed)}.",
            remedy="посмотрите причину: exchanger services status, exchanger services logs.",
        )
