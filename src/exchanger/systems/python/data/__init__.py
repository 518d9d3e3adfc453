"""Файлы и данные: CSV и JSON из переменных и в переменные. Обещание REPEATABLE: наружу ничего не уходит."""

from __future__ import annotations

from exchanger.connect import REPEATABLE, System
from exchanger.domain.task import Order
from exchanger.domain.variables import Variable
from exchanger.systems.python.data.rows import read_rows, rows_of
from exchanger.systems.python.data.tables import DataCall, processed
from exchanger.systems.python.data.writing import FileAction, FileCall, file_of

__all__ = ["DATA"]

DATA: System[None, None] = System("data")


@DATA.call("file_processing", promise=REPEATABLE)
def file_processing(call: FileCall, order: Order) -> dict[str, Variable]:
    """Разобрать файл в строки или собрать из строк файл (переменную File)."""
    if call.action is FileAction.READ:
        return rows_of(call.result, read_rows(order, call.source, call.form))
    return {call.result: file_of(call, read_rows(order, call.source, None))}


@DATA.call("data_processing", promise=REPEATABLE)
def data_processing(call: DataCall, order: Order) -> dict[str, Variable]:
    """Отобрать, упорядочить и сложить строки."""
    rows = read_rows(order, call.source, None)
    kept, totals = processed(rows, call)
    return rows_of(call.result, kept, totals)
