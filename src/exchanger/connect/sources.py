"""Откуда берётся значение параметра: входной параметр, свойство расширения, переменная, свойство процесса."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exchanger.domain.task import Order
from exchanger.domain.variables import Variable, VariableType


@dataclass(frozen=True, slots=True)
class Found:
    """Найденное значение и слова о том, где оно лежит; `own` — его задал сам элемент, а не процесс."""

    value: object
    where: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """Значения одной заявки. Пустая строка значением не считается."""

    order: Order

    def first(self, *names: str) -> Found | None:
        """Заданное у элемента, иначе переменная процесса."""
        return self.given(*names) or self.variable(*names)

    def given(self, *names: str) -> Found | None:
        """Заданное у элемента: входной параметр (уже вычисленный движком), затем свойство расширения."""
        return next((found for name in names for found in self._at_element(name)), None)

    def variable(self, *names: str) -> Found | None:
        """Переменная процесса."""
        return next((found for name in names for found in self._in_process(name)), None)

    def process_property(self, *names: str) -> Found | None:
        """Свойство процесса в диаграмме."""
        properties = self.order.metadata.process_properties
        found = (each for name in names for each in _present(properties.get(name), f"свойство процесса {name}"))
        return next(found, None)

    def beginning(self, prefix: str) -> dict[str, Found]:
        """Заданное у элемента под именами с этим началом; имена — без него."""
        metadata = self.order.metadata
        names = [*metadata.input_parameters, *metadata.extension_properties]
        found = {name: self.given(name) for name in names if name.startswith(prefix)}
        return {name.removeprefix(prefix).strip(): each for name, each in found.items() if each is not None}

    def _at_element(self, name: str) -> Iterator[Found]:
        metadata = self.order.metadata
        if name in metadata.input_parameters:
            literal = metadata.input_parameters[name]
            value = _evaluated(self.order.variables.get(name), literal)
            yield from _present(value, f"входной параметр {name}", own=True)
        yield from _present(metadata.extension_properties.get(name), f"свойство расширения {name}", own=True)

    def _in_process(self, name: str) -> Iterator[Found]:
        variable = self.order.variables.get(name)
        if variable is not None:
            yield from _present(variable.value, f"переменная {name}")


def _evaluated(variable: Variable | None, literal: object) -> object:
    """The engine evaluates an input parameter into a local variable; the diagram holds only its source text.

    A list or a map becomes a serialised Java object there, which only the diagram shows in a readable form.
    """
    if variable is None or (variable.type is VariableType.OBJECT and isinstance(literal, list | dict)):
        return literal
    return variable.value


def _present(value: object, where: str, *, own: bool = False) -> Iterator[Found]:
    if unwrap(value) is not None:
        yield Found(value, where, own)


def unwrap(value: object) -> object:
    """Значение переменной: прежние процессы передают и `{"value": …}`; пустой текст — нет значения."""
    if isinstance(value, dict) and value.keys() <= {"value", "type", "valueInfo"} and "value" in value:
        value = value["value"]
    if isinstance(value, str) and not value.strip():
        return None
    return value
