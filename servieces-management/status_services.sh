#!/bin/sh
# Показать состояние служб: команда, которую знают операторы; всё делает exchanger services status.
cd "$(dirname "$0")/.." && PATH="$PWD/.venv/bin:$PWD/venv/bin:$PATH" exec exchanger services status "$@"
