"""Скачивание: по одной диаграмме, каждое тело — в архив; прерванное продолжается с того же места."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.ports import Clock
from exchanger.storm.api.model import DiagramCard, NotAvailable
from exchanger.storm.api.port import StormSource
from exchanger.storm.files.archive import BodyArchive
from exchanger.storm.files.folder import DiagramFolder

_REFUSALS_IN_A_ROW = 3


class Got(StrEnum):
    """Что стало с диаграммой."""

    FETCHED = "fetched"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """Итог одной диаграммы: файл, замечания и причина неудачи."""

    diagram: str
    name: str
    got: Got
    path: Path | None = None
    notes: tuple[str, ...] = ()
    error: str = ""


Tell = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Download:
    """Скачивание из `source` в папку, с архивом."""

    source: StormSource
    folder: DiagramFolder
    archive: BodyArchive
    clock: Clock

    async def one(self, diagram_id: str) -> Step:
        """Скачать диаграмму; ошибки источника проходят насквозь."""
        found = await self.source.diagram(diagram_id)
        self.archive.keep(found, self.clock.now())
        assignees = await self.source.assignees(diagram_id)
        notes = []
        if isinstance(assignees, NotAvailable):
            notes.append(f"ответственных нет: {assignees.why}; {assignees.remedy}")
        saved = self.folder.save(found, None if isinstance(assignees, NotAvailable) else assignees)
        if saved.former is not None:
            notes.append(f"диаграмму переименовали; {saved.former} правили вручную, он оставлен")
        return Step(found.card.id, found.card.name, Got.FETCHED, saved.path, tuple(notes))

    async def many(self, cards: Iterable[DiagramCard], tell: Tell) -> list[Step]:
        """Скачать изменившиеся; неудача одной не мешает другим. `SystemPaused` — StormBPMN не пускает никуда."""
        steps: list[Step] = []
        in_a_row = 0
        for card in cards:
            step, refused = await self._next(card)
            in_a_row = in_a_row + 1 if refused else 0
            steps.append(step)
            tell(step)
            if in_a_row == _REFUSALS_IN_A_ROW:  # a blocked account must not be asked a hundred times more
                raise SystemPaused(
                    f"StormBPMN отказал {in_a_row} раза подряд, скачивание остановлено.",
                    remedy="устраните причину последнего отказа и повторите команду: скачанное не повторяется.",
                )
        return steps

    async def _next(self, card: DiagramCard) -> tuple[Step, bool]:
        known = self.folder.has(card)
        if known is not None:
            return Step(card.id, card.name, Got.UNCHANGED, known), False
        try:
            return await self.one(card.id), False
        except (Reject, Retry) as error:
            return Step(card.id, card.name, Got.FAILED, error=str(error)), True
