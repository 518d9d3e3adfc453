"""Разбор адреса: набор, ключ, действие и опции запроса. Плюс остаётся плюсом: пробел — только %20."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from exchanger.sandbox.onec.errors import bad_option, no_key, no_method
from exchanger.sandbox.onec.infobase import Key
from exchanger.sandbox.onec.schema import EntityType
from exchanger.sandbox.onec.tokens import guid, moment

_RESOURCE = re.compile(r"^(?P<set>[^()/]+)(?:\((?P<key>.*?)\))?(?:/(?P<action>[^()/]+)(?:\(\))?)?$")
_KEY_PART = re.compile(r"(?:(?P<name>[\w]+)=)?(?:guid'(?P<guid>[^']*)'|datetime'(?P<date>[^']*)'|'(?P<text>[^']*)')")
_KNOWN = frozenset(
    {"$filter", "$select", "$orderby", "$top", "$skip", "$inlinecount", "$expand", "$format", "allowedOnly"}
)


@dataclass(frozen=True, slots=True)
class Resource:
    """Что стоит в пути после корня; `key` — текст в скобках или None."""

    name: str
    key: str | None = None
    action: str = ""

    def of(self, kind: EntityType) -> Key:
        """Ключ записи этого набора."""
        given = {each["name"] or "Ref_Key": _literal(each) for each in _KEY_PART.finditer(self.key or "")}
        for name in kind.key:
            if name not in given:
                raise no_key(name)
        return tuple(given[name] for name in kind.key)


def resource(tail: str) -> Resource:
    """Путь после `/odata/standard.odata/`."""
    match = _RESOURCE.match(tail.strip("/"))
    if match is None:
        raise no_method(tail)
    return Resource(match["set"], match["key"], match["action"] or "")


def _literal(match: re.Match[str]) -> str:
    if match["guid"] is not None:
        return guid(match["guid"])
    return moment(match["date"]) if match["date"] is not None else match["text"]


@dataclass(frozen=True, slots=True)
class Options:
    """Опции запроса; `named` — всё, как прислано."""

    filter: str = ""
    select: tuple[str, ...] = ()
    orderby: tuple[tuple[str, str], ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    expand: tuple[str, ...] = ()
    allowed_only: bool = False
    named: Mapping[str, str] = field(default_factory=dict)

    @property
    def bare(self) -> bool:
        """Без ссылок и сведений о типах."""
        return "nometadata" in self.named.get("$format", "")


def options(raw: str) -> Options:
    """Опции из сырой строки запроса."""
    pairs = (each.partition("=") for each in raw.split("&") if each)
    named = {unquote(name): unquote(value) for name, _, value in pairs}
    for name in named:
        if name.startswith("$") and name not in _KNOWN:
            raise bad_option(name)
    return Options(
        named.get("$filter", ""),
        _list(named.get("$select", "")),
        tuple(_order(each) for each in _list(named.get("$orderby", ""))),
        _number("$top", named["$top"]) if "$top" in named else None,
        _number("$skip", named.get("$skip", "0")),
        named.get("$inlinecount") == "allpages",
        _list(named.get("$expand", "")),
        named.get("allowedOnly") == "true",
        named,
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _order(text: str) -> tuple[str, str]:
    name, _, way = text.partition(" ")
    if way not in {"", "asc", "desc"}:
        raise bad_option("$orderby")
    return name, way


def _number(name: str, text: str) -> int:
    if not text.isdigit():
        raise bad_option(name)
    return int(text)
