"""Папка скачанных диаграмм: у каждой `<имя>.bpmn`, `<имя>_diagram.json` и, если есть, `<имя>_assignees.json`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.storm.api.model import AssigneeEdge, Diagram, DiagramCard
from exchanger.storm.atomic import write_whole
from exchanger.storm.files.embedded import embedded_id
from exchanger.storm.files.naming import distinct_stem, file_stem
from exchanger.storm.files.sidecar import SUFFIX, Sidecar, read_sidecar, sidecar_of

ASSIGNEES = "_assignees.json"


@dataclass(frozen=True, slots=True)
class Saved:
    """Куда сохранено; `former` — файл под прежним именем, который правили вручную и потому не убрали."""

    path: Path
    former: Path | None = None


class DiagramFolder:
    """Папка; чужие файлы не трогает: диаграмма, чьё имя занято другой, получает имя с началом UUID."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, list[Path]] = {}
        try:
            directory.mkdir(parents=True, exist_ok=True)
            for path in sorted(directory.glob(f"*{SUFFIX}")):
                found = read_sidecar(path)
                if found is not None:
                    self._known.setdefault(found.id.lower(), []).append(_body_of(path))
        except OSError as error:
            raise ConfigError(
                f"Папка {directory} не открывается: {error.strerror}.", remedy="укажите другую в -o."
            ) from error

    def has(self, card: DiagramCard) -> Path | None:
        """Файл именно этой правки диаграммы, если он уже скачан."""
        for body in self._known.get(card.id.lower(), []):
            sidecar = read_sidecar(sidecar_of(body))
            if sidecar is not None and sidecar.is_of(card) and body.exists() and sidecar.name == card.name:
                return body
        return None

    def save(self, diagram: Diagram, assignees: tuple[AssigneeEdge, ...] | None) -> Saved:
        """Сохранить; сведения — последними: пока их нет, скачивание не закончено и будет повторено.

        `assignees` None — неизвестны, прежний файл ответственных остаётся.
        """
        body = self._place(diagram.card)
        sidecar_of(body).unlink(missing_ok=True)
        write_whole(body, diagram.body)
        if assignees is not None:
            records = [json.loads(each.record) for each in assignees]
            text = json.dumps(records, ensure_ascii=False, indent=2)
            write_whole(body.with_name(body.stem + ASSIGNEES), text.encode() + b"\n")
        Sidecar.of(diagram).write(sidecar_of(body))
        former = self._forget_former(diagram.card.id, body)
        self._known[diagram.card.id.lower()] = [body]
        return Saved(body, former)

    def _place(self, card: DiagramCard) -> Path:
        usual = self._directory / f"{file_stem(card.name, card.id)}.bpmn"
        if self._is_free(usual, card.id):
            return usual
        return self._directory / f"{distinct_stem(card.name, card.id)}.bpmn"

    def _is_free(self, body: Path, diagram_id: str) -> bool:
        """Nobody's or this diagram's; file systems that ignore the case are thought of."""
        taken = {path.name.casefold(): owner for owner, paths in self._known.items() for path in paths}.get(
            body.name.casefold()
        )
        if taken is not None or not body.exists():
            return taken in {None, diagram_id.lower()}
        return embedded_id(body).lower() == diagram_id.lower()

    def _forget_former(self, diagram_id: str, body: Path) -> Path | None:
        """A renamed diagram does not stay under its old name too, unless somebody changed that file."""
        for former in self._known.get(diagram_id.lower(), []):
            sidecar = read_sidecar(sidecar_of(former))
            if former.name.casefold() == body.name.casefold() or sidecar is None:
                continue
            if former.exists() and hashlib.sha256(former.read_bytes()).hexdigest() != sidecar.sha256:
                return former
            for path in (former, former.with_name(former.stem + ASSIGNEES), sidecar_of(former)):
                path.unlink(missing_ok=True)
        return None


def _body_of(sidecar: Path) -> Path:
    return sidecar.with_name(sidecar.name.removesuffix(SUFFIX) + ".bpmn")
