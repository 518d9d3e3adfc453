"""Содержимое переменной процесса байтами."""

from __future__ import annotations

import json

from exchanger.domain.errors import Reject
from exchanger.domain.task import Order
from exchanger.domain.variables import VariableType


def content_of(order: Order, name: str) -> bytes:
    """Байты переменной: Bytes — как есть, текст — UTF-8, Json — его запись; `Reject` — взять нечего."""
    variable = order.variables.get(name)
    if variable is None:
        raise Reject(f"Переменной {name} в процессе нет.")
    if variable.type is VariableType.FILE and variable.value is None:
        raise Reject(f"Содержимого файла в переменной {name} здесь нет: его читают только у названных в параметрах.")
    value = variable.value
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False).encode()
    raise Reject(f"Переменная {name} ({variable.type}) — не файл и не текст.")
