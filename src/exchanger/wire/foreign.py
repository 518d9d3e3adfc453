"""Чужие поля сообщения: мы их не понимаем, но несём дальше."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exchanger.domain.task import Order
from exchanger.domain.variables import JsonValue


@dataclass(frozen=True, slots=True)
class Foreign:
    """Незнакомые поля заявки, её `metadata` и `metadata.activityInfo`."""

    message: Mapping[str, JsonValue] = field(default_factory=dict)
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    activity: Mapping[str, JsonValue] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.message or self.metadata or self.activity)


@dataclass(frozen=True, slots=True)
class ReceivedOrder(Order):
    """Заявка, в которой были чужие поля: с нею они попадут в квитанцию и в ответ."""

    foreign: Foreign = field(default_factory=Foreign)


def foreign_of(order: Order) -> Foreign:
    """Чужие поля заявки."""
    return order.foreign if isinstance(order, ReceivedOrder) else Foreign()
