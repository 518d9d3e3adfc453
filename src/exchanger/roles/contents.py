"""Содержимое переменных File для вызова: читается у движка перед ним, пока ещё ничего не сделано."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel

from exchanger.connect.contents import variables_of_content
from exchanger.domain.errors import Reject
from exchanger.domain.task import Order
from exchanger.domain.variables import VariableType
from exchanger.ports import Engine

LARGEST = 32 * 1024 * 1024
"""Байтов во всех файлах одного вызова: они лежат в памяти службы, пока он идёт."""


async def with_contents(engine: Engine, order: Order, params: BaseModel) -> Order:
    """Заявка с содержимым файлов, названных параметрами; `Reject` — они велики. Без файлов — она же."""
    read = dict(order.variables)
    left = LARGEST
    for name in variables_of_content(params):
        variable = read.get(name)
        if variable is None or variable.type is not VariableType.FILE or variable.value is not None:
            continue
        content = await engine.file(order.task, name, most=left)
        if content is None:
            raise Reject(f"Переменной File «{name}» в процессе больше нет.", remedy="верните её и повторите инцидент.")
        left -= len(content)
        read[name] = replace(variable, value=content)
    return order if read == order.variables else replace(order, variables=read)
