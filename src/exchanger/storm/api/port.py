"""Порт: откуда берутся диаграммы. Реализации — `PublicStorm`, `InternalStorm` и обе вместе, `CombinedStorm`."""

from __future__ import annotations

from typing import Protocol

from exchanger.storm.api.model import Assignees, Diagram, DiagramCard


class StormSource(Protocol):
    """StormBPMN глазами переноса.

    Ошибки (domain.errors): `SystemPaused` — не отвечает никому (ключ, предел запросов, связь); `Reject` — отказ по этой
    диаграмме (403, 404, негодный ответ); `Retry` — сбой, который не прошёл за заданное число попыток.
    """

    async def diagrams(self) -> list[DiagramCard]:
        """Весь список до последней страницы, без повторов."""
        ...

    async def diagram(self, diagram_id: str) -> Diagram:
        """Диаграмма с телом."""
        ...

    async def assignees(self, diagram_id: str) -> Assignees:
        """Ответственные или `NotAvailable`: этот API их не отдаёт."""
        ...
