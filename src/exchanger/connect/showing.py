"""Чего работа не обязана уметь: показать объект целиком и каким он стал бы. Нужно при переезде."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
