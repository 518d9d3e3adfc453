"""Сведения для разбора случая одним файлом: без тайн и тел сообщений, ограниченного размера."""

from exchanger.ops.diag.bundle import LARGEST, write_bundle
from exchanger.ops.diag.sheets import Sheet, sheets

__all__ = ["LARGEST", "Sheet", "sheets", "write_bundle"]
