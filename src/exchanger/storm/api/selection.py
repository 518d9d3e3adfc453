"""Отбор диаграмм по настройкам SYNC_*: у каждой непринятой есть причина."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from exchanger.settings import SyncSettings
from exchanger.storm.api.model import DiagramCard, Place


@dataclass(frozen=True, slots=True)
class Selection:
    """Правила отбора; пустое `include_only` — все. Виды, состояния и id сравниваются без учёта регистра."""

    types: frozenset[str] = frozenset({"BPMN"})
    statuses: frozenset[str] = frozenset({"IN_PROGRESS", "DONE"})
    exclude: frozenset[str] = frozenset()
    include_only: frozenset[str] = frozenset()
    only_team: bool = True
    only_public: bool = False

    @classmethod
    def of(cls, settings: SyncSettings) -> Self:
        """Правила из настроек."""
        return cls(
            _upper(settings.diagram_types),
            _upper(settings.statuses),
            _upper(settings.exclude),
            _upper(settings.include_only),
            only_team=settings.only_team_diagrams,
            only_public=settings.only_public,
        )

    def refuses(self, card: DiagramCard) -> str:
        """Почему диаграмма не берётся; «» — берётся.

        Неизвестный вид берётся: негодное тело отвергнет перенос. Неизвестное состояние — нет: это может быть черновик.
        """
        known = card.id.upper()
        if self.include_only and known not in self.include_only:
            return "нет в SYNC_INCLUDE_ONLY_DIAGRAM_IDS"
        if known in self.exclude:
            return "названа в SYNC_EXCLUDE_DIAGRAM_IDS"
        if card.type and card.type.upper() not in self.types:
            return f"вид {card.type} не назван в SYNC_DIAGRAM_TYPES"
        if card.status.upper() not in self.statuses:
            return f"состояние {card.status or 'неизвестно'}: его нет в SYNC_STATUSES"
        if self.only_team and card.place is Place.PERSONAL:
            return "личная, а SYNC_ONLY_TEAM_DIAGRAMS=true"
        if self.only_public and card.public is not True:
            return "не открытая, а SYNC_ONLY_PUBLIC=true"
        return ""


def _upper(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.upper() for name in names)
