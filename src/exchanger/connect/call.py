"""Call: операция, которая сделана, когда вернулась. Автор пишет обычную типизированную функцию."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast, get_type_hints

from pydantic import BaseModel

from exchanger.connect.circuit import Circuit
from exchanger.connect.params import bind
from exchanger.connect.threads import in_thread
from exchanger.connect.work import CallPromise
from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.domain.task import Order
from exchanger.domain.typed import to_rest, typed
from exchanger.domain.variables import PlainValue, Variable, Variables

BLIND = CallPromise.BLIND
REPEATABLE = CallPromise.REPEATABLE

Returned = Mapping[str, PlainValue] | Mapping[str, Variable] | Mapping[str, PlainValue | Variable] | BaseModel | None
"""Что возвращает функция: имя переменной → значение; модель — её поля; None — ничего."""

CallFunction = Callable[..., Returned | Awaitable[Returned]]


class NoParams(BaseModel):
    """Параметров нет."""


@dataclass(frozen=True, slots=True)
class CallSpec:
    """Объявленная функция: обещание, срок (None — по настройке) и чем заполнить её параметры."""

    function: CallFunction
    promise: CallPromise
    limit: timedelta | None
    params: type[BaseModel]
    slots: Mapping[str, str]

    @classmethod
    def of(cls, function: CallFunction, promise: CallPromise, limit: timedelta | None) -> CallSpec:
        """Прочитать подпись; `TypeError` — параметр не объявлен или лишний."""
        hints = _hints(function)
        params: type[BaseModel] = NoParams
        slots: dict[str, str] = {}
        for name in inspect.signature(function).parameters:
            kind = hints.get(name)
            slot = _slot(kind, taken=slots.values())
            if slot is None:
                raise TypeError(f"{function.__qualname__}: для параметра «{name}» нечего передать; {_SIGNATURE}")
            slots[name] = slot
            if slot == "params":
                params = cast("type[BaseModel]", kind)
        return cls(function, promise, limit, params, slots)

    def bound(self, client: object, circuit: Circuit) -> Call:
        """Операция с клиентом внутри."""
        return Call(self, client, circuit)


def _hints(function: CallFunction) -> dict[str, Any]:
    """Types of the parameters only: what is returned may name types that cannot be evaluated here."""
    plain = inspect.unwrap(function)
    declared = {name: kind for name, kind in getattr(plain, "__annotations__", {}).items() if name != "return"}
    return get_type_hints(SimpleNamespace(__annotations__=declared), globalns=getattr(plain, "__globals__", {}))


_SIGNATURE = "подпись: (параметры: модель pydantic[, клиент][, key: Key][, order: Order])"


def _slot(kind: object, *, taken: Any) -> str | None:
    if kind is Key:
        slot = "key"
    elif kind is Order:
        slot = "order"
    elif isinstance(kind, type) and issubclass(kind, BaseModel) and "params" not in taken:
        slot = "params"
    else:
        slot = "client" if kind is not None else ""
    return slot if slot and slot not in taken else None


@dataclass(frozen=True, slots=True)
class Call:
    """Готовая к вызову операция. `circuit` — автомат её системы."""

    spec: CallSpec
    client: object
    circuit: Circuit

    @property
    def name(self) -> str:
        """Имя функции."""
        return getattr(self.spec.function, "__name__", "call")

    @property
    def promise(self) -> CallPromise:
        """Можно ли выполнить ещё раз."""
        return self.spec.promise

    @property
    def params(self) -> type[BaseModel]:
        """Модель параметров."""
        return self.spec.params

    def limit(self, usual: timedelta) -> timedelta:
        """Сколько функция может работать."""
        return self.spec.limit or usual

    def prepare(self, order: Order) -> BaseModel:
        """Параметры из заявки; `Reject` — все ошибки сразу."""
        return bind(self.spec.params, order)

    async def run(self, params: BaseModel, order: Order, key: Key) -> Variables:
        """Выполнить функцию; синхронную — в своём потоке."""
        values = {"params": params, "client": self.client, "order": order, "key": key}
        arguments = {name: values[slot] for name, slot in self.spec.slots.items()}
        function = self.spec.function
        if inspect.iscoroutinefunction(function):
            returned = await function(**arguments)
        else:
            returned = await in_thread(lambda: function(**arguments), f"call:{self.name}")
            if inspect.isawaitable(returned):
                returned = await returned
        return variables_of(cast("Returned", returned), self.name)


def variables_of(returned: Returned, name: str) -> Variables:
    """Переменные из возвращённого; `Reject` — передать его движку нельзя."""
    if returned is None:
        return {}
    if isinstance(returned, BaseModel):
        returned = returned.model_dump(mode="json")
    if not isinstance(returned, Mapping):
        raise _unusable(name, f"вернула {type(returned).__name__}, а нужно «имя переменной → значение»")
    return {_name(key, name): _variable(key, value, name) for key, value in returned.items()}


def _name(key: object, name: str) -> str:
    if not isinstance(key, str) or not key:
        raise _unusable(name, "имя переменной должно быть непустым текстом")
    return key


def _variable(key: str, value: PlainValue | Variable, name: str) -> Variable:
    try:
        variable = value if isinstance(value, Variable) else typed(value)
        to_rest(variable)
    except (TypeError, ValueError) as error:
        raise _unusable(name, f"переменная {key}: {error}") from None
    return variable


def _unusable(name: str, why: str) -> Reject:
    return Reject(
        f"Функция {name} выполнена, но её результат нельзя передать процессу: {why}.",
        remedy="исправьте функцию; повтор инцидента выполнит её ещё раз.",
    )
