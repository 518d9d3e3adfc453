"""Схема рабочего пакета: свойства, их вид и варианты — из формы создания, по именам, какими их видят люди."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exchanger.systems.openproject.foreign import Row, as_map, as_rows, as_text, href, link_id, links, title

CUSTOM = "customField"


@dataclass(frozen=True, slots=True)
class Option:
    """Вариант значения."""

    id: str
    href: str
    name: str
    milestone: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    """Свойство. `source` — адрес списка вариантов, когда сама схема их не называет."""

    attribute: str
    name: str
    type: str
    required: bool
    writable: bool
    options: tuple[Option, ...] = ()
    source: str = ""

    @property
    def many(self) -> bool:
        """Значений несколько."""
        return self.type.startswith("[]")

    @property
    def kind(self) -> str:
        """Вид одного значения."""
        return self.type.removeprefix("[]")

    @property
    def custom(self) -> bool:
        """Пользовательское поле."""
        return self.attribute.startswith(CUSTOM)


@dataclass(frozen=True, slots=True)
class Form:
    """Форма создания: свойства по атрибуту, выбранный тип, что не так с присланным (атрибут → слова)."""

    properties: Mapping[str, Property]
    type_id: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    payload: Row = field(default_factory=dict)

    def named(self, name: str) -> list[Property]:
        """Пользовательские поля с таким именем (или атрибутом `customFieldN`)."""
        wanted = name.strip().casefold()
        found = [each for each in self.properties.values() if each.custom and each.name.strip().casefold() == wanted]
        exact = self.properties.get(name)
        return found or ([exact] if exact is not None and exact.custom else [])

    def options(self, attribute: str) -> tuple[Option, ...]:
        """Варианты свойства."""
        found = self.properties.get(attribute)
        return () if found is None else found.options


def read_form(body: Row) -> Form:
    """Прочитать ответ формы."""
    embedded = as_map(body.get("_embedded"))
    payload = as_map(embedded.get("payload"))
    errors = {
        name: as_text(as_map(error).get("message")) for name, error in as_map(embedded.get("validationErrors")).items()
    }
    return Form(read_schema(as_map(embedded.get("schema"))), link_id(links(payload).get("type")), errors, payload)


def read_schema(schema: Row) -> dict[str, Property]:
    """Свойства схемы."""
    shown = {name: as_map(raw) for name, raw in schema.items() if not name.startswith("_")}
    return {name: _property(name, raw) for name, raw in shown.items() if "type" in raw}


def _property(attribute: str, raw: Row) -> Property:
    allowed = links(raw).get("allowedValues")
    return Property(
        attribute=attribute,
        name=as_text(raw.get("name")),
        type=as_text(raw.get("type")),
        required=raw.get("required") is True,
        writable=raw.get("writable") is not False,
        options=_options(raw, allowed),
        source=href(allowed) if isinstance(allowed, Mapping) else "",
    )


def _options(raw: Row, allowed: object) -> tuple[Option, ...]:
    embedded = as_rows(as_map(raw.get("_embedded")).get("allowedValues"))
    if embedded:
        return tuple(map(read_option, embedded))
    return tuple(Option(link_id(each), href(each), title(each)) for each in as_rows(allowed))


def read_option(row: Row) -> Option:
    """Вариант из записи с собственной ссылкой."""
    own = links(row).get("self")
    name = as_text(row.get("name")) or as_text(row.get("label")) or as_text(row.get("value")) or title(own)
    return Option(link_id(own), href(own), name, row.get("isMilestone") is True)
