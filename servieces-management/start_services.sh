#!/bin/sh
# Запустить службы: команда, которую знают операторы; всё делает exchanger services start.
cd "$(dirname "$0")/.." && PATH="$PWD/.venv/bin:$PWD/venv/bin:$PATH" exec exchanger services start "$@"
