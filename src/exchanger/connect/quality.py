"""Карточка качества системы: что сделано, что нет и почему что-то не нужно."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Self

from exchanger.domain.errors import ConfigError


class Mark(StrEnum):
    """Состояние правила."""

    DONE = "done"
    TODO = "todo"
    EXEMPT = "exempt"


RULES = MappingProxyType(
    {
        "contract": "набор контракта проходит на стенде системы",
        "key": "ключ объекта: ищется после неизвестного исхода",
        "probes": "самопроверка: doctor называет негодное и что делать",
        "limits": "пределы запросов: по документам системы",
        "errors": "ошибки системы разобраны по поведению",
        "secrets": "тайна не видна ни в ошибке, ни в журнале",
        "tracking": "слежение: опрос изменений с перекрытием",
        "hooks": "уведомления системы ускоряют слежение",
        "params": "параметры описаны моделью",
        "preview": "показ до создания: какими будут поля",
        "oracle": "стенд проверен чужим клиентом или спецификацией",
        "live": "проверено на настоящей системе",
        "docs": "страница для настройки",
    }
)
"""Правила карточки, по порядку показа."""

_LEAST = 8  # shorter is not a reason: "n/a", "no"


@dataclass(frozen=True, slots=True)
class Rule:
    """Одна строка карточки; `why` — чем доказано, чего не хватает или почему не нужно."""

    name: str
    mark: Mark
    why: str

    @property
    def title(self) -> str:
        """Само правило словами."""
        return RULES[self.name]


@dataclass(frozen=True, slots=True)
class Quality:
    """Карточка целиком: все правила, каждое с обоснованием."""

    rules: tuple[Rule, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Прочитать `quality.toml`: `правило = "done|todo|exempt: обоснование"`; `ConfigError` — карточка негодна."""
        try:
            given = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(f"Карточка {path.name} не читается: {error}.", remedy="исправьте файл.") from error
        odd = sorted(given.keys() ^ RULES.keys())
        if odd:
            raise ConfigError(
                f"Карточка {path.name}: лишние или пропущенные правила: {', '.join(odd)}.",
                remedy=f"нужны ровно эти: {', '.join(RULES)}.",
            )
        return cls(tuple(_rule(name, str(given[name])) for name in RULES))


def _rule(name: str, text: str) -> Rule:
    mark, _, why = text.partition(":")
    if mark.strip() not in set(Mark) or len(why.strip()) < _LEAST:
        raise ConfigError(
            f"Карточка: {name} = «{text}».", remedy="нужно done, todo или exempt, двоеточие и обоснование словами."
        )
    return Rule(name, Mark(mark.strip()), why.strip())
