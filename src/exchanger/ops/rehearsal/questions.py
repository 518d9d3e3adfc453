"""Какие переменные даёт ответ на элемент: те, которые спросят шлюзы до следующего ответа."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from exchanger.ops.rehearsal.chart import Chart, Flow, Node
from exchanger.ops.rehearsal.conditions import Atom, Condition, Scalar, choices, read_condition

Values = tuple[tuple[str, Scalar], ...]
"""Переменные ответа и их значения."""

_MOST = 16
"""Больше сочетаний одного ответа не перебирают: меняют по одной переменной."""


@dataclass(frozen=True, slots=True)
class Questions:
    """Переменные условий одного процесса: кто их задаёт и какие значения условия различают."""

    chart: Chart
    values: Mapping[str, tuple[Scalar, ...]]
    derived: Mapping[str, Mapping[str, str]]
    """Переменная → узел → переменная, из которой её делает `outputParameter` узла."""
    obscure: tuple[Flow, ...]
    """Потоки, чьих условий репетиция не понимает."""

    @classmethod
    def of(cls, chart: Chart) -> Questions:
        """Собрать вопросы процесса."""
        atoms: dict[str, list[Atom]] = {}
        open_ended: set[str] = set()
        obscure = []
        for flow in chart.flows.values():
            condition = read_condition(flow.condition)
            if not condition.understood:
                obscure.append(flow)
            _gather(atoms, condition)
            if any(other.is_default for other in chart.outgoing(flow.source)):
                open_ended.update(condition.variables)
        for node in chart.nodes.values():
            if node.event == "conditional":
                _gather(atoms, read_condition(node.event_name))
        derived = _derived(chart, atoms)
        values = {name: choices(found, otherwise=name in open_ended) for name, found in atoms.items()}
        for name, sources in derived.items():
            values |= {source: values[name] for source in sources.values() if source not in values}
        return cls(chart, {name: found for name, found in values.items() if found}, derived, tuple(obscure))

    @property
    def partial(self) -> bool:
        """Есть ответ, чьи сочетания перебираются не все."""
        found = (
            self.asked(node.id) for node in self.chart.nodes.values() if answering(node) or node.kind == "startEvent"
        )
        return any(prod(len(self.values[name]) for name in names) > _MOST for names in found)

    def asked(self, node_id: str) -> tuple[str, ...]:
        """Переменные, которые должен дать ответ на узел (начало тоже узел)."""
        mine = (self._source(name, node_id) for flow in self._ahead(node_id) for name in _variables(flow))
        return tuple(dict.fromkeys(name for name in mine if name in self.values))

    def answers(self, node_id: str) -> list[Values]:
        """Наборы значений, которые различают ближайшие условия; первый — обычный ответ. Пустой набор есть всегда."""
        return combinations({name: self.values[name] for name in self.asked(node_id)})

    def spare(self, node_id: str) -> list[Values]:
        """Ответы переменными, которых не спрашивают ни у кого (их читают сквозь чужие ответы): по одной."""
        return [
            ((name, value),)
            for name, values in self.values.items()
            if name not in self._supplied() and name not in self.derived and not self._belongs_to_other(name, node_id)
            for value in values
        ]

    def _supplied(self) -> set[str]:
        nodes = (node for node in self.chart.nodes.values() if answering(node) or node.kind == "startEvent")
        return {name for node in nodes for name in self.asked(node.id)}

    def _source(self, name: str, node_id: str) -> str:
        """Переменная ответа, из которой получится `name`; «» — этот узел её не даёт."""
        if name in self.derived:
            return self.derived[name].get(node_id, "")
        return "" if self._belongs_to_other(name, node_id) else name

    def _belongs_to_other(self, name: str, node_id: str) -> bool:
        # The house rule: an answer lies in a variable named after the element that asked.
        return name in self.chart.nodes and name != node_id

    def _ahead(self, node_id: str) -> Iterator[Flow]:
        """Потоки, до которых дойдут без следующего ответа."""
        queue, seen = [node_id], {node_id}
        while queue:
            current = queue.pop(0)
            passable = current == node_id or not answering(self.chart.nodes.get(current))
            flows = self.chart.outgoing(current) if passable else []
            yield from flows
            following = [flow.target for flow in flows]
            if current != node_id:
                following += [event.id for event in self.chart.attached(current)]
            following += self._through(current) if passable else []
            queue += [found for found in dict.fromkeys(following) if found not in seen]
            seen.update(following)

    def _through(self, node_id: str) -> list[str]:
        """Внутрь подпроцесса и из него."""
        node = self.chart.nodes.get(node_id)
        if node is None:
            return []
        entered = [inner.id for inner in self.chart.inside(node_id) if inner.kind == "startEvent"]
        leaves = node.scope in self.chart.nodes and not self.chart.outgoing(node_id)
        return entered + ([flow.target for flow in self.chart.outgoing(node.scope)] if leaves else [])


def answering(node: Node | None) -> bool:
    """Ждёт ли узел ответа человека или службы."""
    return node is not None and (node.kind == "userTask" or bool(node.topic))


def combinations(values: Mapping[str, tuple[Scalar, ...]]) -> list[Values]:
    """Сочетания значений; когда их слишком много — обычный ответ и отличия от него по одному."""
    if prod(map(len, values.values())) <= _MOST:
        return [tuple(zip(values, chosen, strict=True)) for chosen in product(*values.values())]
    usual = {name: found[0] for name, found in values.items()}
    varied = [{**usual, name: value} for name, found in values.items() for value in found[1:]]
    return [tuple(each.items()) for each in (usual, *varied)]


def _variables(flow: Flow) -> tuple[str, ...]:
    return read_condition(flow.condition).variables


def _gather(atoms: dict[str, list[Atom]], condition: Condition) -> None:
    for atom in condition.atoms:
        atoms.setdefault(atom.variable, []).append(atom)


def _derived(chart: Chart, atoms: Mapping[str, list[Atom]]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for node in chart.nodes.values():
        for name, text in node.outputs.items():
            source = read_condition(text)
            if name in atoms and source.understood and len(source.variables) == 1:
                found.setdefault(name, {})[node.id] = source.variables[0]
    return found
