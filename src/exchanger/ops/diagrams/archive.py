"""Архив развёрнутого: каждый документ, который получал движок, под своим SHA-256; отсюда возвращают прежнее."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from exchanger.domain.errors import Reject
from exchanger.storm.api.model import Diagram, DiagramCard
from exchanger.storm.api.reading import number
from exchanger.storm.files.archive import Archived, BodyArchive
from exchanger.storm.files.embedded import embedded_fields

_SHORTEST = 6  # characters of a digest that a person may type instead of the whole


class DeployedArchive:
    """Архив одной среды; ничего не удаляется. Кто, когда и почему развернул — в записи действий (audit.jsonl)."""

    def __init__(self, directory: Path) -> None:
        self._bodies = BodyArchive(directory)
        self.directory = directory

    def keep(self, xml: bytes, at: datetime) -> str:
        """Сохранить документ (повтор не хранится дважды); возвращает SHA-256. Документ не из StormBPMN не хранится."""
        fields = embedded_fields(xml)
        diagram_id = fields.get("id", "").lower()
        if diagram_id:
            card = DiagramCard(diagram_id, fields.get("name", ""), version=number(fields.get("versionNumber")))
            self._bodies.keep(Diagram(card, xml), at)
        return hashlib.sha256(xml).hexdigest()

    def versions(self, diagram_id: str) -> list[Archived]:
        """Что хранится об этой диаграмме, по порядку первого развёртывания."""
        return list(self._bodies.entries(diagram_id.lower()))

    def document(self, diagram_id: str, digest: str) -> bytes:
        """Документ по началу SHA-256; `Reject` — такого у диаграммы нет или подходит не один."""
        fit = {each.sha256 for each in self.versions(diagram_id) if each.sha256.startswith(digest.lower())}
        if len(digest) < _SHORTEST or len(fit) != 1:
            raise Reject(
                f"В архиве {self.directory} у диаграммы {diagram_id} документов с SHA-256 «{digest}…»: {len(fit)}.",
                remedy=f"возьмите не меньше {_SHORTEST} знаков из exchanger sync rollback {diagram_id}.",
            )
        return self._bodies.body(fit.pop())
