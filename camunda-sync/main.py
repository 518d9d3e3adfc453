"""Запуск службы camunda-sync командой, которую знают операторы."""

import sys

from exchanger.cli import main

main("run", "camunda-sync", *sys.argv[1:])
