"""Запуск службы camunda-worker командой, которую знают операторы."""

import sys

from exchanger.cli import main

main("run", "camunda-worker", *sys.argv[1:])
