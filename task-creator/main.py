"""Запуск службы task-creator командой, которую знают операторы."""

from exchanger.cli import launch

launch("run", "task-creator")
