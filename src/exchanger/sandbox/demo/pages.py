"""Адреса стенда для человека."""

from __future__ import annotations

import json
from collections.abc import Sequence

from exchanger.sandbox.bitrix24 import seed
from exchanger.sandbox.demo.scenario import PROCESS
from exchanger.sandbox.demo.screen import Page
from exchanger.sandbox.demo.stage import Stage


def pages(stage: Stage, health: str) -> Sequence[Page]:
    """Что открыть и как запустить ещё один процесс."""
    return (
        Page("Задачи (стенд Битрикс24)", f"{stage.parts.portal.url}/"),
        Page("Движок, REST", stage.parts.engine_url),
        Page("Здоровье", f"{health}/health/ready"),
        Page("Журнал", stage.log_file),
        Page("Запустить ещё один", _start_command(stage)),
    )


def _start_command(stage: Stage) -> str:
    tenant = "" if stage.options.tenant is None else f"/tenant-id/{stage.options.tenant}"
    body = {"businessKey": "Д-МОЙ", "variables": {"startedBy": {"type": "Integer", "value": seed.ADMIN}}}
    url = f"{stage.parts.engine_url}/process-definition/key/{PROCESS}{tenant}/start"
    return f"curl -H 'Content-Type: application/json' -d '{json.dumps(body, ensure_ascii=False)}' {url}"
