"""Реестр методов REST: имя, право, обработчик."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.access import Caller
from exchanger.sandbox.bitrix24.errors import missing
from exchanger.sandbox.bitrix24.model import User
from exchanger.sandbox.bitrix24.params import Params
from exchanger.sandbox.bitrix24.portal import Portal


@dataclass(frozen=True, slots=True)
class Call:
    """Вызов метода: портал, кто вызвал, параметры."""

    portal: Portal
    caller: Caller
    params: Params

    @property
    def user(self) -> User:
        """От чьего имени."""
        return self.caller.user

    def get(self, name: str) -> Any:
        """Параметр без учёта регистра имени."""
        return php.pick(self.params, name)

    def need(self, name: str) -> Any:
        """Обязательный параметр: без него отказ `100`."""
        value = self.get(name)
        if value is None:
            raise missing(name)
        return value

    def task_id(self) -> int:
        """Обязательный номер задачи."""
        return php.as_int(self.need("taskId"))

    def positional(self, count: int) -> list[Any] | None:
        """Параметры по порядку прихода, каких бы имён они ни были (так работают task.*item); мало - None."""
        values = [value for name, value in self.params.items() if name.lower() != "auth"]
        return values[:count] if len(values) >= count else None


@dataclass(frozen=True, slots=True)
class Reply:
    """Ответ метода: result и, для списков, total и next."""

    result: Any
    total: int | None = None
    next: int | None = None


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Method:
    """Метод REST; `addon` - есть только на портале с модулем imena.camunda."""

    name: str
    scope: str
    handler: Handler
    addon: bool = False


@dataclass(slots=True)
class Registry:
    """Методы одного поколения API; имена без учёта регистра."""

    _methods: dict[str, Method] = field(default_factory=dict)

    def method(self, name: str, scope: str, *, addon: bool = False) -> Callable[[Handler], Handler]:
        """Регистрирует обработчик метода."""

        def register(handler: Handler) -> Handler:
            self._methods[name.lower()] = Method(name, scope, handler, addon)
            return handler

        return register

    def find(self, name: str, portal: Portal) -> Method | None:
        """Метод, если он есть на этом портале."""
        found = self._methods.get(name.lower())
        return None if found is None or (found.addon and not portal.build.addon) else found

    def names(self, portal: Portal, scopes: frozenset[str] | None = None) -> list[str]:
        """Имена методов, при желании только с данными правами."""
        return sorted(
            each.name
            for each in self._methods.values()
            if (scopes is None or each.scope in scopes or each.scope == "basic")
            and (portal.build.addon or not each.addon)
        )


V2 = Registry()
V3 = Registry()
