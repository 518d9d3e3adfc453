"""Где у объекта набора лежит текст нашего ключа: в своём реквизите или отметкой в конце многострочного."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exchanger.domain.key import Key
from exchanger.systems.onec.foreign import Row, as_text

_TAG = re.compile(r"\[(exch:[^\[\]\s]+)\]\s*$")
_TAGGED = {"Task": "Описание", "Document": "Комментарий", "Catalog": "Комментарий"}


@dataclass(frozen=True, slots=True)
class Marks:
    """Правило одной базы; `field` «» — своего реквизита нет, ключ — отметкой."""

    field: str = ""

    def tag_field(self, entity: str) -> str:
        """Реквизит, в котором живёт отметка; «» — некуда."""
        return "" if self.field else _TAGGED.get(entity.partition("_")[0], "")

    def marked(self, entity: str, fields: Row, key: str) -> Row:
        """Поля вместе с ключом. Отметку несут только задачи: их узнают и по ленте, и по ссылке."""
        if self.field:
            return {**fields, self.field: key}
        name = self.tag_field(entity)
        if not entity.startswith("Task_") or not name:
            return fields
        text = as_text(fields.get(name)).rstrip()
        return {**fields, name: f"{text}\n\n[{key}]".lstrip()}

    def key_of(self, entity: str, row: Row) -> str:
        """Ключ, записанный в объекте; чужой или стёртый — «»."""
        if self.field:
            return as_text(row.get(self.field)).strip()
        found = _TAG.search(as_text(row.get(self.tag_field(entity))))
        return found[1] if found is not None and Key.parse(found[1]) is not None else ""
