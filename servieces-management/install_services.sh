#!/bin/sh
# Поставить службы systemd: команда, которую знают операторы; всё делает exchanger services install.
cd "$(dirname "$0")/.." && PATH="$PWD/.venv/bin:$PWD/venv/bin:$PATH" exec exchanger services install "$@"
