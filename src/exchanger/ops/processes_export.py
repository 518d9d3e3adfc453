"""Обзор процессов в файл JSON: определения, нагрузка, экземпляры, внешние задачи своего арендатора."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from exchanger.domain.errors import ConfigError
from exchanger.domain.variables import JsonValue
from exchanger.engine.survey import TaskState
from exchanger.ops.processes import Processes

MOST = 10_000
"""Не больше стольких экземпляров и стольких задач; обрезано ли, сказано в самом файле."""


async def gathered(processes: Processes, tenant: str | None, most: int = MOST) -> dict[str, JsonValue]:
    """Собрать обзор: разделы и сведения о нём самом. Переменных процессов в нём нет."""
    instances = await processes.instances("", most)
    tasks = await processes.tasks("", most)
    return {
        "export_info": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "tenant": tenant,
            "truncated": _truncated({"instances": instances, "external_tasks": tasks}, most),
        },
        "definitions": [
            {
                "id": each.id, "key": each.key, "name": each.name, "version": each.version,
                "tenant": each.tenant_id, "suspended": each.suspended,
            }
            for each in await processes.definitions()
        ],
        "stats": {
            "processes": [
                {"key": each.key, "tenant": each.tenant_id, "instances": each.instances, "incidents": each.incidents}
                for each in await processes.loads()
            ],
            "topics": {
                topic: {state.name.lower(): counts.get(state, 0) for state in TaskState}
                for topic, counts in (await processes.topics()).items()
            },
        },
        "instances": [
            {
                "id": each.id, "definition": each.definition_id, "business_key": each.business_key,
                "tenant": each.tenant_id, "suspended": each.suspended,
            }
            for each in instances
        ],
        "external_tasks": [
            {
                "id": task.id, "topic": task.topic, "state": state.name.lower(), "worker": task.worker_id,
                "locked_until": task.locked_until.isoformat() if task.locked_until else None,
                "retries": task.retries, "process": task.process_definition_key,
                "instance": task.process_instance_id, "element": task.activity_id, "tenant": task.tenant_id,
            }
            for task, state in tasks
        ],
    }  # fmt: skip


def _truncated(sections: dict[str, Sequence[object]], most: int) -> list[JsonValue]:
    return [name for name, rows in sections.items() if len(rows) >= most]


def write(path: Path, found: dict[str, JsonValue]) -> None:
    """Записать файл, который читает только владелец; `ConfigError` — не вышло."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(found, file, ensure_ascii=False, indent=2)
        part.replace(path)
    except OSError as error:
        raise ConfigError(
            f"Файл {path} не записать: {error.strerror}.", remedy="проверьте путь, права и место на диске."
        ) from error
