"""Процессы движка: exchanger processes list, info, start, stop, delete."""

import sys

from exchanger.cli import main

main("processes", *sys.argv[1:])
