"""Задачи портала целиком: все поля, и пользовательские, и метки."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from exchanger.connect import Intent
from exchanger.domain.variables import JsonValue
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.foreign import as_map, as_rows, as_text
from exchanger.systems.bitrix24.search import LIST, PAGE

_EVERYTHING = ("*", "UF_*", "TAGS")


async def whole_rows(api: BitrixApi, ids: Sequence[str]) -> dict[str, Mapping[str, JsonValue]]:
    """Номер → строка задачи; невидимых нет. Строка, которой не просили (портал пропустил фильтр), отброшена."""
    found: dict[str, Mapping[str, JsonValue]] = {}
    for start in range(0, len(ids), PAGE):
        chunk = list(ids[start : start + PAGE])
        params = {"filter": {"ID": chunk}, "order": {"ID": "asc"}, "select": list(_EVERYTHING), "start": -1}
        answer = await api.call(LIST, params, intent=Intent.READ)
        for row in as_rows(as_map(answer.result).get("tasks")):
            if (number := as_text(row.get("id"))) in chunk:
                found[number] = cast("Mapping[str, JsonValue]", row)
    return found
