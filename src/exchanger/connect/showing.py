"""Чего работа не обязана уметь: показать объект целиком и каким он стал бы. Нужно при переезде."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef
from exchanger.domain.variables import JsonValue


@runtime_checkable
class Showing(Protocol):
    """Операция, которая это умеет. Оба метода только читают."""

    async def show(self, refs: Sequence[ObjectRef]) -> Mapping[str, Mapping[str, JsonValue]]:
        """Номер объекта → все его поля, как их называет сама система; невидимого объекта в ответе нет."""
        ...

    async def preview(self, key: Key, params: Any) -> Mapping[str, object]:
        """Поля запроса, которым объект был бы создан; `params` — той же операции; `Reject` — создать его нельзя."""
        ...


@dataclass(frozen=True, slots=True)
class Explained:
    """Будущий объект для человека.

    `fields` — поля запроса, `people` — номер сотрудника → имя, `later` — что добавится после создания, `missing` — чего
    не хватает и почему.
    """

    fields: Mapping[str, object]
    people: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, JsonValue] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@runtime_checkable
class Explaining(Protocol):
    """Операция, которая показывает будущий объект подробно. Только читает."""

    async def explain(self, key: Key, params: Any) -> Explained:
        """Объект, каким он стал бы; `Reject` — создать его нельзя."""
        ...
