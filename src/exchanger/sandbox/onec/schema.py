"""Состав базы: виды реквизитов и наборы. Имя в проводе отличается от имени реквизита: ссылка пишется `X_Key`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Row = dict[str, Any]
EMPTY_REF = "00000000-0000-0000-0000-000000000000"
EMPTY_DATE = "0001-01-01T00:00:00"
TYPE_PREFIX = "StandardODATA."
UNDEFINED = TYPE_PREFIX + "Undefined"


class Kind(StrEnum):
    """Вид реквизита. Составная ссылка — два поля, `X` и `X_Type`; хранилище — `X_Base64Data` и `X_Type`."""

    STRING = "Edm.String"
    BOOL = "Edm.Boolean"
    INT = "Edm.Int64"
    NUMBER = "Edm.Double"
    DATE = "Edm.DateTime"
    REF = "Edm.Guid"
    ANYREF = "ref"
    ENUM = "enum"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Prop:
    """Реквизит; `length` 0 — строка неограниченной длины; `targets` — на что ссылка; `values` — перечисление."""

    name: str
    kind: Kind = Kind.STRING
    length: int = 0
    targets: tuple[str, ...] = ()
    values: tuple[str, ...] = ()

    @property
    def wire(self) -> str:
        """Имя поля со значением."""
        return self.name + {Kind.REF: "_Key", Kind.STORAGE: "_Base64Data"}.get(self.kind, "")

    @property
    def empty(self) -> Any:
        """Значение незаполненного реквизита."""
        empties: dict[Kind, Any] = {Kind.BOOL: False, Kind.INT: 0, Kind.NUMBER: 0.0, Kind.DATE: EMPTY_DATE}
        return EMPTY_REF if self.kind is Kind.REF else empties.get(self.kind, "")

    @property
    def fields(self) -> dict[str, Any]:
        """Поля провода и их пустые значения."""
        paired = {Kind.ANYREF: UNDEFINED, Kind.STORAGE: "application/octet-stream"}.get(self.kind)
        return {self.wire: self.empty} | ({} if paired is None else {self.name + "_Type": paired})


@dataclass(frozen=True, slots=True)
class EntityType:
    """Набор: имя вида `Catalog_Контрагенты`, реквизиты, табличные части, ключ."""

    name: str
    props: tuple[Prop, ...]
    parts: dict[str, tuple[Prop, ...]] = field(default_factory=dict)
    key: tuple[str, ...] = ("Ref_Key",)

    @property
    def kind(self) -> str:
        """Вид объекта: Catalog, Document, Task…"""
        return self.name.partition("_")[0]

    @property
    def by_ref(self) -> bool:
        """Ключ — ссылка (не регистр)."""
        return self.key == ("Ref_Key",)

    def prop(self, wire: str) -> Prop | None:
        """Реквизит по имени поля."""
        return next((each for each in self.props if wire in each.fields), None)

    def blank(self) -> Row:
        """Новая пустая запись."""
        return blank(self.props) | {name: [] for name in self.parts}


def blank(props: tuple[Prop, ...]) -> Row:
    """Пустая строка из этих реквизитов."""
    return {name: value for each in props for name, value in each.fields.items()}
