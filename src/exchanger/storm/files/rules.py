"""Правила переноса из файла `storm-rules.yaml` рядом с диаграммами: общие для каталога и свои у диаграммы (UUID)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from exchanger.domain.errors import ConfigError
from exchanger.domain.problems import problem
from exchanger.storm.policy import Policy, Unmapped

FILE = "storm-rules.yaml"
"""Имя файла; ищется в каталоге диаграммы."""

SIZE_LIMIT = 1024 * 1024

_REMEDY = "все ключи и образец: docs/how-to/stormbpmn.md, «Правила переноса»."
_Days = Annotated[str, BeforeValidator(lambda value: str(value) if isinstance(value, int) else value)]


class _Rules(BaseModel):
    """Unset means: as the rules of the whole folder say, then as `Policy` does."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    topic: str | None = Field(None, min_length=1)
    topics: dict[str, str] = {}
    history_ttl: _Days | None = None
    timers: dict[str, str] = {}
    messages: dict[str, str] = {}
    conditions: dict[str, str] = {}
    events: dict[str, Unmapped] = {}
    catches: Unmapped | None = None
    throws: Unmapped | None = None
    ends: Unmapped | None = None
    boundaries: Unmapped | None = None

    def over(self, base: Policy) -> Policy:
        """These rules upon others: a table is joined, a single value replaced."""
        written = {name: getattr(self, name) for name in _SINGLE if getattr(self, name) is not None}
        tables: dict[str, Any] = {name: {**getattr(base, name), **getattr(self, name)} for name in _TABLES}
        return replace(base, **written, **tables)


class _File(_Rules):
    diagrams: dict[str, _Rules] = {}


_TABLES = ("topics", "timers", "messages", "conditions", "events")
_SINGLE = ("topic", "history_ttl", "catches", "throws", "ends", "boundaries")


def policy_for(diagram: Path, uuid: str) -> Policy:
    """Правила диаграммы этого файла; файла правил рядом нет — обычные. `ConfigError` называет все негодные места."""
    path = diagram.with_name(FILE)
    if not path.is_file():
        return Policy()
    written = _read(path)
    base = written.over(Policy())
    own = written.diagrams.get(uuid)
    return base if own is None else own.over(base)


def _read(path: Path) -> _File:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise ConfigError(f"{path}: больше {SIZE_LIMIT // 1024} КБ.", remedy=_REMEDY)
        raw = yaml.safe_load(path.read_text("utf-8"))
        return _File.model_validate({} if raw is None else raw)
    except yaml.MarkedYAMLError as error:
        line = f", строка {error.problem_mark.line + 1}" if error.problem_mark is not None else ""
        raise ConfigError(f"{path}{line}: это не YAML: {error.problem}.", remedy=_REMEDY) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} не читается: {error}.", remedy=_REMEDY) from None
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        wrong = "; ".join(f"{'.'.join(map(str, each['loc'])) or 'файл'}: {problem(each)}" for each in details)
        raise ConfigError(f"{path}: {wrong}.", remedy=_REMEDY) from None
