#!/bin/sh
# Остановить службы: команда, которую знают операторы; всё делает exchanger services stop.
cd "$(dirname "$0")/.." && PATH="$PWD/.venv/bin:$PWD/venv/bin:$PATH" exec exchanger services stop "$@"
