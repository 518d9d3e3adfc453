"""Откуда берётся значение параметра: входной параметр, свойство расширения, переменная, свойство процесса."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exchanger.domain.task import Order
from exchanger.systems.bitrix24.readers import unwrap


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

    def given(self, *names: str) -> Found | None:
        """Заданное у элемента: входной параметр (уже вычисленный движком), затем свойство расширения."""
        return next((found for name in names for found in self._at_element(name)), None)

    def variable(self, *names: str) -> Found | None:
        """Переменная процесса."""
        return next((found for name in names for found in self._in_process(name)), None)

    def process_property(self, *names: str) -> Found | None:
        """Свойство процесса в диаграмме."""
        properties = self.order.metadata.process_properties
        return next((found for name in names for found in _present(properties.get(name), f"свойство процесса {name}")),
                    None)  # fmt: skip

    def _at_element(self, name: str) -> Iterator[Found]:
        metadata = self.order.metadata
        if name in metadata.input_parameters:
            # The engine evaluates an input parameter into a local variable; the diagram holds only its source text.
            where = f"входной параметр {name}"
            variable = self.order.variables.get(name)
            value = metadata.input_parameters[name] if variable is None else variable.value
            yield from _present(value, where, own=True)
        yield from _present(metadata.extension_properties.get(name), f"свойство расширения {name}", own=True)

    def _in_process(self, name: str) -> Iterator[Found]:
        variable = self.order.variables.get(name)
        if variable is not None:
            yield from _present(variable.value, f"переменная {name}")


def _present(value: object, where: str, *, own: bool = False) -> Iterator[Found]:
    if unwrap(value) is not None:
        yield Found(value, where, own)
