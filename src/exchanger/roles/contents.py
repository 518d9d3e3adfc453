"""Содержимое переменных File для вызова: читается у движка перед ним, пока ещё ничего не сделано."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel

from exchanger.connect.contents import variables_of_content
from exchanger.domain.task import Order
from exchanger.domain.variables import VariableType
from exchanger.ports import Engine
from exchanger.roles.files import LARGEST, OrderFiles


async def with_contents(engine: Engine, order: Order, params: BaseModel) -> Order:
    """Заявка с содержимым файлов, названных параметрами; `Reject` — они велики или их нет. Без файлов — она же."""
    files, read = OrderFiles(engine, order), dict(order.variables)
    for name in variables_of_content(params):
        variable = read.get(name)
        if variable is not None and variable.type is VariableType.FILE and variable.value is None:
            read[name] = replace(variable, value=(await files(name, LARGEST)).content)
    return replace(order, variables=read)
