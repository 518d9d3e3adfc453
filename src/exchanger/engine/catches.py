"""Какие BPMN-ошибки поймает диаграмма: непойманная молча кончает ветвь процесса, и задача теряется."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from exchanger.engine.bpmn_xml import MODEL

ANY = "*"
"""Обработчик без кода ловит любую ошибку."""


class Catches:
    """Коды, которые ловятся у элемента и выше, внутри одного определения.

    Вызывающий процесс (call activity) отсюда не виден: его обработчики не в счёт.
    """

    def __init__(self, root: etree._Element) -> None:
        self._codes = {error.get("id", ""): error.get("errorCode") or ANY for error in root.iter(MODEL + "error")}
        self._attached: dict[str, set[str]] = {}
        for boundary in root.iter(MODEL + "boundaryEvent"):
            self._attached.setdefault(boundary.get("attachedToRef", ""), set()).update(self._caught(boundary))

    def of(self, element: etree._Element) -> frozenset[str]:
        """Коды для элемента; «*» — любой."""
        return frozenset(code for level in self._levels(element) for code in level)

    def _levels(self, element: etree._Element) -> Iterator[set[str]]:
        inner = element
        while True:
            yield self._attached.get(inner.get("id", ""), set())
            scope = inner.getparent()
            if scope is None or inner.tag == MODEL + "process":
                return
            yield self._event_subprocesses(scope, inner)
            inner = scope

    def _event_subprocesses(self, scope: etree._Element, inner: etree._Element) -> set[str]:
        # An event sub-process never catches what is thrown inside itself.
        others = (
            child
            for child in scope.iterchildren(MODEL + "subProcess")
            if child is not inner and child.get("triggeredByEvent") == "true"
        )
        return {
            code
            for other in others
            for start in other.iterchildren(MODEL + "startEvent")
            for code in self._caught(start)
        }

    def _caught(self, event: etree._Element) -> set[str]:
        references = (definition.get("errorRef") for definition in event.iterchildren(MODEL + "errorEventDefinition"))
        # A reference to an error that is not declared is the code itself.
        return {self._codes.get(reference, reference) if reference else ANY for reference in references}
