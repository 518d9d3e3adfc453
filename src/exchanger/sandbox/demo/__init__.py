"""Демонстрация: настоящий движок, стенд Битрикс24, все роли в одном процессе, люди с разной скоростью."""

from exchanger.sandbox.demo.options import DemoOptions
from exchanger.sandbox.demo.show import Ending, show

__all__ = ["DemoOptions", "Ending", "show"]
