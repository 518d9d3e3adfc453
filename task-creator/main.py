"""Запуск службы task-creator командой, которую знают операторы."""

import sys

from exchanger.cli import main

main("run", "task-creator", *sys.argv[1:])
