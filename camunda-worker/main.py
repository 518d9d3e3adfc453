"""Запуск службы camunda-worker командой, которую знают операторы."""

from exchanger.cli import launch

launch("run", "camunda-worker")
