"""Atom: форма ответа по умолчанию и единственная — у ленты плана обмена."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from exchanger.sandbox.onec.errors import Refusal
from exchanger.sandbox.onec.schema import Row

_ATOM = "http://www.w3.org/2005/Atom"
_DATA = "http://schemas.microsoft.com/ado/2007/08/dataservices"
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_NAMES = f'xmlns="{_ATOM}" xmlns:d="{_DATA}" xmlns:m="{_DATA}/metadata" xmlns:at="{_TOMBSTONES}"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
TYPE = "application/atom+xml"


def entry(name: str, row: Row, *, alone: bool = True) -> str:
    """Запись; отдельная — документом с заголовком."""
    head, names = (_HEAD, " " + _NAMES) if alone else ("", "")
    shown = "".join(_property(key, value) for key, value in row.items() if "@" not in key and "." not in key)
    category = f"<category term={quoteattr('StandardODATA.' + name)}/>"
    body = f'<content type="application/xml"><m:properties>{shown}</m:properties></content>'
    return f"{head}<entry{names}>{category}{body}</entry>"


def feed(name: str, rows: Iterable[Row], count: str | None = None) -> str:
    """Список записей."""
    counted = "" if count is None else f"<m:count>{count}</m:count>"
    return f"{_HEAD}<feed {_NAMES}>{counted}{''.join(entry(name, row, alone=False) for row in rows)}</feed>"


def changes(changed: Iterable[tuple[str, Row]], deleted: Iterable[str]) -> str:
    """Лента плана обмена: записи разных наборов и удалённые."""
    entries = "".join(entry(name, row, alone=False) for name, row in changed)
    gone = "".join(f"<at:deleted-entry ref={quoteattr(each)}/>" for each in deleted)
    return f"{_HEAD}<feed {_NAMES}>{entries}{gone}</feed>"


def error(refusal: Refusal) -> str:
    """Отказ."""
    said = f"<m:code>{escape(refusal.code)}</m:code><m:message>{escape(refusal.text)}</m:message>"
    return f'{_HEAD}<m:error xmlns:m="{_DATA}/metadata">{said}</m:error>'


def _property(name: str, value: object) -> str:
    if isinstance(value, list):
        rows = "".join(
            f"<d:element>{''.join(_property(key, each) for key, each in row.items())}</d:element>" for row in value
        )
        return f"<d:{name}>{rows}</d:{name}>"
    if isinstance(value, bool):
        return f'<d:{name} m:type="Edm.Boolean">{str(value).lower()}</d:{name}>'
    return f"<d:{name}>{escape(str(value))}</d:{name}>"
