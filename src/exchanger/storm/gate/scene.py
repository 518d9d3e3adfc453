"""Что видит правило: дерево с указателями, исполняемые процессы, известное об установке."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from exchanger.storm.model import Model
from exchanger.storm.names import NODES, SCOPES, Element, bpmn


@dataclass(frozen=True, slots=True)
class Known:
    """Что известно об установке; `topics` None — темы неизвестны, `variables` — что даёт запуск процесса."""

    topics: frozenset[str] | None = None
    variables: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scene:
    """Проверяемый документ. Правила смотрят только исполняемое: остальное движок не разбирает."""

    model: Model
    known: Known = field(default_factory=Known)

    @property
    def processes(self) -> list[Element]:
        """Исполняемые процессы."""
        return [process for process in self.model.processes if process.get("isExecutable") in {"true", "1"}]

    def nodes(self, *kinds: str) -> Iterator[Element]:
        """Узлы этих родов; без родов — все."""
        tags = [bpmn(kind) for kind in kinds or sorted(NODES)]
        for process in self.processes:
            yield from process.iter(*tags)

    def scopes(self) -> Iterator[Element]:
        """Процессы и подпроцессы."""
        for process in self.processes:
            yield from process.iter(*(bpmn(kind) for kind in sorted(SCOPES)))

    def flows(self) -> Iterator[Element]:
        """Потоки управления."""
        for process in self.processes:
            yield from process.iter(bpmn("sequenceFlow"))


Hits = Iterator[tuple[Element, str]]
"""Что нашло правило: элемент и подробность, которая встанет на место `{}` в его тексте."""


def text_of(element: Element) -> str:
    """Текст элемента без краёв."""
    return "".join(str(part) for part in element.itertext()).strip()
