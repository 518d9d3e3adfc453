"""Диаграмма глазами модуля: элементы с предшественниками и шаблонами, свойства процесса. Помнится недолго."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, data, refusal
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.foreign import Row, as_int, as_map, as_rows, as_text
from exchanger.systems.bitrix24.kept import Kept

ELEMENT = "element"
"""Метка ответа о самом элементе: на неё может сослаться команда того же пакета."""

_ELEMENTS = "elements"
_PROPERTIES = "properties"
_LIST = "imena.camunda.diagram.responsible.list"
_GET = "imena.camunda.diagram.responsible.get"
_SHOWN = "imena.camunda.diagram.properties.list"
_METHODS = {ELEMENT: _GET, _ELEMENTS: _LIST, _PROPERTIES: _SHOWN}


@dataclass(frozen=True, slots=True)
class Element:
    """Элемент: его шаблон и предшественники (id элементов BPMN)."""

    template_id: int | None = None
    predecessors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    """Свойство процесса: переменная, которая показывается в описании."""

    code: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """Элементы и свойства; пусто — модуль диаграммы не знает."""

    elements: Mapping[str, Element] = field(default_factory=dict)
    properties: tuple[Property, ...] = ()

    def distances(self, start: str) -> dict[str, int]:
        """Сколько шагов назад до каждого элемента: прямой предшественник — 1; сам элемент — если он в цикле."""
        found: dict[str, int] = {}
        left = deque([(start, 0)])
        while left:
            name, steps = left.popleft()
            for before in self.elements.get(name, Element()).predecessors:
                if before not in found:
                    found[before] = steps + 1
                    left.append((before, steps + 1))
        return found


@dataclass(slots=True)
class DiagramSource:
    """Чтение диаграммы; запоминается только прочитанная целиком."""

    process: str
    element_id: str
    kept: Kept[str, Diagram]
    remarks: Remarks
    _answers: dict[str, Answer] = field(default_factory=dict)
    _read: Diagram | None = None

    @property
    def known(self) -> Diagram | None:
        """Диаграмма, если она уже прочитана."""
        if self._read is None:
            self._read = self.kept.get(self.process)
        if self._read is None and {_ELEMENTS, _PROPERTIES} <= self._answers.keys():
            self._read = Diagram(self._elements(), self._properties())
            if self._read.elements:
                self.kept.put(self.process, self._read)
        return self._read

    @property
    def element(self) -> Element | None:
        """Свой элемент, если он уже прочитан."""
        return None if self.known is None else self.known.elements.get(self.element_id, Element())

    def needs(self) -> Mapping[str, Command]:
        """Диаграмма целиком; пока её нет — и сам элемент: на него сошлются в том же пакете."""
        if self.known is not None:
            return {}
        process = {"camundaProcessId": self.process}
        return {
            ELEMENT: Command(_GET, {**process, "elementId": self.element_id}),
            _ELEMENTS: Command(_LIST, process),
            _PROPERTIES: Command(_SHOWN, process),
        }

    def take(self, label: str, answer: Answer) -> None:
        """Принять ответ; диаграмма, которой модуль не знает, — обычное дело."""
        self._answers[label] = answer
        said = refusal(answer, _METHODS[label])
        if isinstance(answer, PortalFault):
            self.remarks.add(f"сведения диаграммы ({_METHODS[label]})", said or "портал не ответил")

    def _elements(self) -> dict[str, Element]:
        rows = as_rows(data(self._answers[_ELEMENTS]).get("responsibles"))
        return {as_text(row.get("ELEMENT_ID")): _element(row) for row in rows if as_text(row.get("ELEMENT_ID"))}

    def _properties(self) -> tuple[Property, ...]:
        rows = as_rows(data(self._answers[_PROPERTIES]).get("properties"))
        rows.sort(key=lambda row: as_int(row.get("SORT")) or 0)
        return tuple(
            Property(as_text(row.get("CODE")), as_text(row.get("NAME")), as_text(row.get("TYPE")).lower())
            for row in rows
        )


def _element(row: Row) -> Element:
    number = as_int(row.get("TEMPLATE_ID"))
    return Element(number if number is not None and number > 0 else None, element_ids(row.get("PREDECESSOR_IDS")))


def element_ids(raw: object) -> tuple[str, ...]:
    """Id элементов: список, список текстом JSON, один id, пустое или false."""
    if isinstance(raw, str) and raw.lstrip().startswith("["):
        try:
            raw = json.loads(raw)
        except ValueError:
            return ()
    values = list(as_map(raw).values()) or raw
    items = values if isinstance(values, list | tuple) else [values]
    return tuple(dict.fromkeys(text for each in items if (text := as_text(each).strip())))
