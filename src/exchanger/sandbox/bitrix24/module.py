"""Состояние дополнительного модуля imena.camunda: диаграммы, шаблоны элементов, анкеты и связи задач."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.portal import Portal


@dataclass(frozen=True, slots=True)
class Property:
    """Свойство диаграммы: переменная процесса, которую показывают в описании задачи."""

    code: str
    name: str
    type: str = "string"
    sort: int = 100


@dataclass(frozen=True, slots=True)
class Element:
    """Элемент диаграммы: его шаблон и предшественники (`predecessors` — в том виде, как их отдаёт модуль).

    `bound` — модуль находит шаблон и по элементу; иначе только по номеру шаблона.
    """

    id: str
    name: str = ""
    template_id: int | None = None
    predecessors: Any = ()
    bound: bool = True


@dataclass(frozen=True, slots=True)
class Diagram:
    """Диаграмма, загруженная в модуль."""

    id: int
    process: str
    title: str = "Процесс"
    properties: tuple[Property, ...] = ()
    elements: tuple[Element, ...] = ()

    def element(self, element_id: str) -> Element | None:
        """Элемент по номеру BPMN."""
        return next((each for each in self.elements if each.id == element_id), None)


@dataclass(slots=True)
class Module:
    """Всё, что помнит модуль. `links` — связи «задача зависит от», `synced` — принятые просьбы о синхронизации."""

    diagrams: dict[str, Diagram] = field(default_factory=dict)
    questionnaires: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    links: set[tuple[int, int]] = field(default_factory=set)
    synced: list[tuple[str, str]] = field(default_factory=list)

    def load(self, *diagrams: Diagram) -> None:
        """Загружает диаграммы."""
        self.diagrams |= {each.process: each for each in diagrams}


RESOLVERS: dict[str, tuple[str, ...]] = {
    "dummy": (),
    "initiator": ("startedBy",),
    "supervisor": ("startedBy",),
    "by_email": ("assigneeEmail",),
}


def resolve(portal: Portal, resolver: str, variables: dict[str, Any]) -> int:
    """Сотрудник по переменным процесса; не нашёлся — 0."""
    given = [str(variables.get(name) or "") for name in RESOLVERS.get(resolver, ())]
    if not given or not given[0]:
        return 0
    if resolver == "by_email":
        people = portal.directory.users.values()
        return next((each.id for each in people if each.active and each.email.casefold() == given[0].casefold()), 0)
    number = int(given[0]) if given[0].isdigit() else 0
    return number if resolver == "initiator" else portal.directory.supervisor(number) or 0
