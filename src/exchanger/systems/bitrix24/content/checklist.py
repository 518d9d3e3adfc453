"""Чек-листы: дерево пунктов любой глубины с отметками и участниками."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from exchanger.systems.bitrix24.foreign import Row, as_flag, as_int, as_map, as_rows, as_text

LEVELS = 3
"""Сколько уровней принимает портал: чек-лист, пункт, подпункт."""

_BULLET = re.compile(r"\s*[•\n]\s*[-*•]?\s*")


@dataclass(frozen=True, slots=True)
class CheckItem:
    """Пункт или сам чек-лист; `members` — сотрудник и роль (A — участник, U — наблюдатель)."""

    title: str
    children: tuple[CheckItem, ...] = ()
    complete: bool = False
    important: bool = False
    members: tuple[tuple[int, str], ...] = ()

    def depth(self) -> int:
        """Сколько уровней занимает."""
        return 1 + max((child.depth() for child in self.children), default=0)


@dataclass(frozen=True, slots=True)
class FlatItem:
    """Строка чек-листа до сборки дерева."""

    id: int
    parent: int
    item: CheckItem


def grow(rows: Sequence[FlatItem]) -> tuple[CheckItem, ...]:
    """Дерево из строк в их порядке; строка с неизвестным родителем — корень; круг родителей не теряет строк."""
    known = {row.id for row in rows}
    placed: set[int] = set()

    def build(parent: int) -> Iterator[CheckItem]:
        for row in rows:
            inside = row.parent if row.parent in known and row.parent != row.id else 0
            if inside == parent and row.id not in placed:
                placed.add(row.id)
                yield replace(row.item, children=tuple(build(row.id)))

    roots = list(build(0))
    for row in rows:
        if row.id not in placed:
            placed.add(row.id)
            roots.append(replace(row.item, children=tuple(build(row.id))))
    return tuple(roots)


def fitted(item: CheckItem, level: int = 1) -> CheckItem:
    """То же в пределах уровней портала: что глубже, встаёт следом за своим родителем на последнем уровне."""
    if level < LEVELS - 1:
        return replace(item, children=tuple(fitted(child, level + 1) for child in item.children))
    return replace(item, children=tuple(_flattened(item.children)))


def _flattened(items: Iterable[CheckItem]) -> Iterator[CheckItem]:
    for item in items:
        yield replace(item, children=())
        yield from _flattened(item.children)


def module_items(raw: object) -> tuple[CheckItem, ...]:
    """Чек-листы шаблона модуля: `{item, members, tree}`."""
    return grow([_module_row(row) for row in as_rows(raw)])


def _module_row(row: Row) -> FlatItem:
    item, tree = as_map(row.get("item")), as_map(row.get("tree"))
    made = CheckItem(
        as_text(item.get("TITLE")).strip(),
        complete=as_flag(item.get("CHECKED")),
        important=as_flag(item.get("IS_IMPORTANT")),
        members=tuple(_members(row.get("members"))),
    )
    return FlatItem(as_int(item.get("ID")) or 0, as_int(tree.get("parent_id")) or 0, made)


def stock_items(raw: object) -> tuple[CheckItem, ...]:
    """Чек-листы шаблона портала: словарь по номеру; порядок — SORT_INDEX, при равных — по номеру."""
    rows = sorted(as_rows(raw), key=lambda row: (as_int(row.get("sortIndex")) or 0, as_int(row.get("id")) or 0))
    return grow([_stock_row(row) for row in rows])


def _stock_row(row: Row) -> FlatItem:
    made = CheckItem(
        as_text(row.get("title")).strip(),
        complete=as_flag(row.get("isComplete")),
        important=as_flag(row.get("isImportant")),
        members=tuple(_members(row.get("members"))),
    )
    return FlatItem(as_int(row.get("id")) or 0, as_int(row.get("parentId")) or 0, made)


def _members(raw: object) -> Iterator[tuple[int, str]]:
    """Участники пункта: у модуля USER_ID и TYPE, у портала id и type."""
    for row in as_rows(raw):
        number = as_int(row.get("USER_ID") or row.get("id") or row.get("ID"))
        role = as_text(row.get("TYPE") or row.get("type")).upper()
        if number is not None and number > 0:
            yield number, role if role in {"A", "U"} else "A"


def read_checklists(value: object) -> tuple[CheckItem, ...]:
    """Чек-листы из диаграммы: JSON `[{"name", "items": […]}]` или текст `имя • пункт • пункт` (строка на чек-лист)."""
    if isinstance(value, str):
        text = value.strip()
        if not text.startswith(("[", "{")):
            return tuple(_from_line(part) for part in re.split(r"\n\s*\n", text) if part.strip())
        try:
            value = json.loads(text)
        except ValueError:
            raise ValueError(EXPECTED) from None
    rows = [value] if isinstance(value, Mapping) else value
    if not isinstance(rows, list):
        raise ValueError(EXPECTED)  # noqa: TRY004 - pydantic turns only ValueError into a fault of the parameter
    return tuple(_from_json(row) for row in rows)


EXPECTED = 'нужен JSON вида [{"name": "Список", "items": ["пункт"]}] или текст «Список • пункт • пункт»'


def _from_line(text: str) -> CheckItem:
    name, *items = [part.strip() for part in _BULLET.split(text.strip()) if part.strip()]
    return CheckItem(name.removeprefix("ЧЕКЛИСТ:").strip() or name, tuple(CheckItem(item) for item in items))


def _from_json(row: object) -> CheckItem:
    if isinstance(row, str):
        return CheckItem(row.strip())
    if not isinstance(row, Mapping):
        raise ValueError(EXPECTED)  # noqa: TRY004 - see above
    title = as_text(row.get("name") or row.get("title")).strip()
    if not title:
        raise ValueError(EXPECTED)
    children = row.get("items") or []
    if not isinstance(children, list):
        raise ValueError(EXPECTED)  # noqa: TRY004 - see above
    return CheckItem(
        title,
        tuple(_from_json(child) for child in children),
        complete=as_flag(row.get("complete")),
        important=as_flag(row.get("important")),
    )
