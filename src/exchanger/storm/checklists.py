"""Чек-листы в описаниях StormBPMN: списки, строки с маркерами, запись в одну строку, ссылки на задачи Bitrix24."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import html
from lxml.etree import ParserError

from exchanger.storm.names import writable

MAX_ITEMS = 20
_HEADER = re.compile(r"^\s*(?:ЧЕК-?\s?ЛИСТ|CHECK-?LIST)\s*:\s*(?P<rest>.*)$", re.IGNORECASE)
_LEGACY = re.compile(r"^\s*(?:\*\*|#|@|–)\s*(?P<rest>\S.*)$")
_ITEM = re.compile(r"^\s*[•\-*]\s*(?P<text>\S.*)$")
_TASK = re.compile(r"(?:tasks/)?task/view/(?P<id>\d+)|/(?P<tail>\d+)/?(?:[?#].*)?$")
_URL = re.compile(r"https?://\S+")
_BLOCKS = ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "br", "tr", "blockquote")
_LIST_ITEM = "\ue000"  # a private character marks lines that were elements of a list


@dataclass(frozen=True, slots=True)
class Checklist:
    """Чек-лист: название и пункты."""

    name: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskReference:
    """Ссылка на задачу Bitrix24, чьи чек-листы надо взять."""

    task_id: int
    url: str


@dataclass(frozen=True, slots=True)
class Found:
    """Что нашлось в описании, в порядке текста и без повторов."""

    lists: tuple[Checklist, ...] = ()
    references: tuple[TaskReference, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """Строка описания; `in_list` — пункт `<ul>` или `<ol>`."""

    text: str
    in_list: bool = False


def read_checklists(description: str) -> Found:
    """Прочитать описание (HTML или простой текст); чек-листов нет — пусто."""
    lists: dict[str, Checklist] = {}
    references: dict[TaskReference, None] = {}
    lines = list(_lines(description))
    for number, line in enumerate(lines):
        rest = None if line.in_list else _title(line.text)
        if rest is None:
            continue
        reference = _reference(rest)
        if reference is not None:
            references[reference] = None
            continue
        found = _one_line(rest) or Checklist(rest, _items(lines[number + 1 :]))
        if found.items and found.name:
            lists.setdefault(found.name, found)
    return Found(tuple(lists.values()), tuple(references))


def references_of(descriptions: Iterable[str]) -> tuple[TaskReference, ...]:
    """Ссылки на задачи Bitrix24 во всех описаниях, без повторов."""
    return tuple(dict.fromkeys(each for text in descriptions for each in read_checklists(text).references))


def as_property(lists: Iterable[Checklist]) -> str:
    """Значение свойства `checklists`: компактный JSON `[{"name", "items"}]`."""
    body = [{"name": found.name, "items": list(found.items)} for found in lists]
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _title(text: str) -> str | None:
    found = _HEADER.match(text) or _LEGACY.match(text)
    return found["rest"].strip() if found else None


def _reference(text: str) -> TaskReference | None:
    url = _URL.search(text)
    found = _TASK.search(url[0]) if url else None
    return TaskReference(int(found["id"] or found["tail"]), url[0]) if url and found else None


def _one_line(rest: str) -> Checklist | None:
    """«имя • п1 • п2»."""
    name, *items = (part.strip(" ;") for part in rest.split("•"))
    return Checklist(name, _fit(items)) if items else None


def _items(lines: list[_Line]) -> tuple[str, ...]:
    """Пункты сразу за названием: элементы списка или строки с маркером."""
    items = []
    for line in lines:
        marked = _ITEM.match(line.text)
        if line.in_list:
            items.append(line.text)
        elif marked and _HEADER.match(line.text) is None and not line.text.startswith("**"):
            items.append(marked["text"])
        else:
            break
    return _fit(items)


def _fit(items: Iterable[str]) -> tuple[str, ...]:
    return tuple([text.strip() for text in items if len(text.strip()) > 1][:MAX_ITEMS])


def _lines(description: str) -> Iterator[_Line]:
    """Непустые строки описания; неразрывные пробелы — как обычные."""
    try:
        tree = html.fragment_fromstring(writable(description).replace("\r", "\n"), create_parent="div")
    except ParserError:  # nothing but white space or comments
        return
    for line in _walk(tree):
        text = " ".join(line.text.split())
        if text:
            yield _Line(text, line.in_list)


def _walk(tree: html.HtmlElement) -> Iterator[_Line]:
    """Текст по блокам: новый блок или перевод строки начинает новую строку."""
    for link in tree.iter("a"):
        href = str(link.get("href", ""))
        if href and _URL.search(link.text_content()) is None:
            link.tail = f" {href} {link.tail or ''}"
    for block in tree.iter(*_BLOCKS):
        if block.tag == "li":
            block.text = f"\n{_LIST_ITEM}{block.text or ''}"
            block.tail = f"\n{block.tail or ''}"
        elif next(block.iterancestors("li"), None) is None:
            block.text = f"\n{block.text or ''}"
            block.tail = f"\n{block.tail or ''}"
    for text in tree.text_content().split("\n"):
        yield _Line(text.replace(_LIST_ITEM, ""), in_list=_LIST_ITEM in text)
