"""Диаграмма из файла: тело, сведения рядом или внутри, ответственные — всё, что нужно переносу."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.storm.assignees import read_assignees
from exchanger.storm.files.embedded import embedded_fields
from exchanger.storm.files.folder import ASSIGNEES
from exchanger.storm.files.rules import policy_for
from exchanger.storm.files.sidecar import Sidecar, read_sidecar, sidecar_of
from exchanger.storm.policy import Assignee, DiagramInfo, Policy

_ASSIGNEES = (ASSIGNEES, ".assignees.json", "_ответственные.json")
_OWN = frozenset({"id", "name", "versionNumber", "status"})


@dataclass(frozen=True, slots=True)
class LocalDiagram:
    """Что нашлось у файла; `assignees_file` None — ответственных нет, `policy` — по правилам рядом с ним."""

    body: bytes
    info: DiagramInfo
    links: Mapping[str, str]
    assignees: tuple[Assignee, ...]
    assignees_file: Path | None
    policy: Policy = field(default_factory=Policy)


def read_local(path: Path, *, uuid: str = "", assignees: Path | None = None) -> LocalDiagram:
    """Прочитать файл; `uuid` сильнее найденного. `ConfigError` — файла нет, UUID узнать неоткуда, правила негодны."""
    body = read_file(path)
    sidecar = read_sidecar(sidecar_of(path))
    info = _info(path, body, sidecar, uuid)
    found = assignees or assignees_of(path)
    records = read_assignees(read_file(found)) if found is not None else ()
    return LocalDiagram(body, info, sidecar.calls if sidecar else {}, records, found, policy_for(path, info.uuid))


def assignees_of(path: Path) -> Path | None:
    """Файл ответственных рядом: `<имя>_assignees.json` или прежние имена."""
    return next((near for end in _ASSIGNEES if (near := path.with_name(path.stem + end)).is_file()), None)


def read_file(path: Path) -> bytes:
    """Содержимое файла; `ConfigError` — не читается."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"Файл {path} не читается: {error.strerror}.", remedy="Проверьте путь и права.") from error


def _info(path: Path, body: bytes, sidecar: Sidecar | None, uuid: str) -> DiagramInfo:
    if sidecar is not None:
        version = "" if sidecar.version is None else str(sidecar.version)
        rest = {name: value for name, value in sidecar.fields.items() if name not in _OWN}
        return DiagramInfo(uuid or sidecar.id, sidecar.name, version, sidecar.status, rest)
    fields = embedded_fields(body)
    chosen = uuid or fields.get("id", "")
    if not chosen:
        raise ConfigError(
            f"У {path} нет ни файла сведений ({sidecar_of(path).name}), ни custom:diagram внутри: неизвестен UUID "
            "диаграммы, а по нему строится ключ процесса.",
            remedy="получите диаграмму командой exchanger sync get или укажите --id UUID.",
        )
    rest = {name: value for name, value in fields.items() if name not in _OWN}
    name = fields.get("name", "") or path.stem
    return DiagramInfo(chosen, name, fields.get("versionNumber", ""), fields.get("status", ""), rest)
