"""Темы работника и ждущие задачи: exchanger worker."""

import sys

from exchanger.cli import main

main("worker", *sys.argv[1:])
