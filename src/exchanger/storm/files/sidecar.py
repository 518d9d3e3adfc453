"""Сведения рядом с телом: `<имя>_diagram.json`. Само тело сохраняется байт в байт, как его отдал StormBPMN."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from exchanger.domain.errors import Reject
from exchanger.storm.api.model import Diagram, DiagramCard
from exchanger.storm.atomic import write_whole

SUFFIX = "_diagram.json"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Что известно о файле диаграммы; `updated` — время ISO с поясом, `fields` — сведения под именами API.

    `calls` — id элемента-вызова → UUID вызываемой диаграммы.
    """

    id: str
    name: str = ""
    status: str = ""
    version: int | None = None
    autosave: int | None = None
    updated: str | None = None
    sha256: str = ""
    calls: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, diagram: Diagram) -> Sidecar:
        """Сведения о полученной диаграмме."""
        card = diagram.card
        return cls(
            id=card.id,
            name=card.name,
            status=card.status,
            version=card.version,
            autosave=diagram.autosave,
            updated=card.updated.isoformat() if card.updated else None,
            sha256=diagram.digest,
            calls=dict(diagram.calls),
            fields=dict(card.fields),
        )

    def is_of(self, card: DiagramCard) -> bool:
        """Та же ли это правка диаграммы, что в списке; когда список времени не называет, — не известно, значит нет."""
        if card.updated is None or card.version is None:
            return False
        return (self.version, self.updated) == (card.version, card.updated.isoformat())

    def write(self, path: Path) -> None:
        """Записать файл сведений."""
        write_whole(path, json.dumps(asdict(self), ensure_ascii=False, indent=2).encode() + b"\n")


def sidecar_of(body: Path) -> Path:
    """Файл сведений о файле тела."""
    return body.with_name(body.stem + SUFFIX)


def read_sidecar(path: Path) -> Sidecar | None:
    """Прочитать; файла нет — None, негодный — `Reject`."""
    try:
        content = json.loads(path.read_bytes())
        return Sidecar(**content)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise Reject(
            f"Файл сведений {path} не прочитать.", remedy="удалите его и получите диаграмму заново: exchanger sync get."
        ) from None
