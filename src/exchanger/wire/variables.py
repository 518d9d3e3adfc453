"""Переменные заявки: простые значения и их типы отдельно, каждая переменная один раз."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from exchanger.domain.errors import Reject
from exchanger.domain.typed import FOREIGN_TYPE, from_rest, to_rest
from exchanger.domain.variables import JsonValue, Variable, Variables, VariableType
from exchanger.wire.order_model import OrderModel, VariableForm


def plain(variables: Variables) -> dict[str, JsonValue]:
    """Простые значения: как в REST API, но Json — объектом или списком, а не текстом."""
    return {name: _plain(name, variable) for name, variable in variables.items()}


def forms(variables: Variables) -> dict[str, VariableForm]:
    """Типы тех же переменных."""
    rest = {name: _rest(name, variable) for name, variable in variables.items()}
    return {name: VariableForm(type=str(raw["type"]), valueInfo=raw["valueInfo"] or {}) for name, raw in rest.items()}


def read(model: OrderModel) -> dict[str, Variable]:
    """Переменные нашей заявки и заявки предшественника (типы — из его копии в форме REST, если значения те же)."""
    copies = {**model.metadata.process_variables, **model.process_variables}
    names = [*model.variables, *(name for name in copies if name not in model.variables)]
    return {name: _read(name, model, copies.get(name)) for name in names}


def rest_form(variables: Variables) -> dict[str, dict[str, JsonValue]]:
    """Переменные в форме REST API."""
    return {name: _rest(name, variable) for name, variable in variables.items()}


def _rest(name: str, variable: Variable) -> dict[str, JsonValue]:
    try:
        return to_rest(variable)
    except ValueError as error:
        raise Reject(f"Переменную «{name}» нельзя передать: {error}") from error


def _plain(name: str, variable: Variable) -> JsonValue:
    parsed = variable.type is VariableType.JSON and FOREIGN_TYPE not in variable.info
    if parsed and isinstance(variable.value, dict | list):
        return variable.value
    return _rest(name, variable)["value"]


def _read(name: str, model: OrderModel, copy: object) -> Variable:
    value = model.variables.get(name)
    form = model.variable_types.get(name)
    if form is not None:
        return from_rest({"type": form.type, "value": value, "valueInfo": form.value_info})
    # A local variable hides the one of the instance, of which the predecessor made its copy.
    if isinstance(copy, Mapping) and (name not in model.variables or _same(value, copy.get("value"))):
        return from_rest(copy)
    return from_rest({"value": value})


def _same(value: object, rest: object) -> bool:
    if type(value) is type(rest):
        return value == rest
    if isinstance(rest, str) and isinstance(value, dict | list):  # Json: parsed here, text there
        try:
            return cast("object", json.loads(rest)) == value
        except (ValueError, RecursionError):
            return False
    return False
