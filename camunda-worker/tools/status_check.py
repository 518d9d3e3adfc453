"""Состояние установки: exchanger status."""

import sys

from exchanger.cli import main

main("status", *sys.argv[1:])
