"""Запуск процесса: exchanger processes start."""

import sys

from exchanger.cli import main

main("processes", "start", *sys.argv[1:])
