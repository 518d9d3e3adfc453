"""Очереди брокера: exchanger queues."""

import sys

from exchanger.cli import main

main("queues", *sys.argv[1:])
