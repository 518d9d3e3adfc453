"""Состояние задачи сейчас: отказ в действии и его повтор портал называет одинаково (1048582)."""

from __future__ import annotations

from exchanger.connect import Intent
from exchanger.domain.task import ObjectRef
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.foreign import as_map, as_text

_GET = "tasks.task.get"
AT_WORK = frozenset({"1", "2", "3", "6"})
OVER = frozenset({"4", "5"})
"""Ждёт контроля постановщика, завершена: исполнителю делать больше нечего."""


async def status_now(api: BitrixApi, ref: ObjectRef) -> str | None:
    """Номер состояния; None — задачи нет или она не видна."""
    answer = await api.call(_GET, {"taskId": ref.id, "select": ["ID", "STATUS"]}, intent=Intent.READ)
    task = as_map(as_map(answer.result).get("task"))
    return as_text(task.get("status")) if task else None
