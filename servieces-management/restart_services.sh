#!/bin/sh
# Перезапустить службы: команда, которую знают операторы; всё делает exchanger services restart.
cd "$(dirname "$0")/.." && PATH="$PWD/.venv/bin:$PWD/venv/bin:$PATH" exec exchanger services restart "$@"
