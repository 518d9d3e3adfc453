"""Процессы движка: exchanger processes."""

import sys

from exchanger.cli import main

main("processes", *sys.argv[1:])
