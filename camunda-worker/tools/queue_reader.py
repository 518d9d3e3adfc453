"""Содержимое очереди: exchanger queues read (peek, export, purge)."""

import sys

from exchanger.cli import main

main("queues", "read", *sys.argv[1:])
