"""Оба API вместе: диаграммы из открытого (он документирован), ответственные из внутреннего."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.storm.api.model import Assignees, Diagram, DiagramCard
from exchanger.storm.api.port import StormSource


@dataclass(frozen=True, slots=True)
class CombinedStorm:
    """Порт `StormSource` из двух."""

    public: StormSource
    internal: StormSource

    async def diagrams(self) -> list[DiagramCard]:
        """Список открытого API."""
        return await self.public.diagrams()

    async def diagram(self, diagram_id: str) -> Diagram:
        """Диаграмма открытого API."""
        return await self.public.diagram(diagram_id)

    async def assignees(self, diagram_id: str) -> Assignees:
        """Ответственные внутреннего API."""
        return await self.internal.assignees(diagram_id)
