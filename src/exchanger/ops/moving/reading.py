"""Заявка живой задачи, прочитанная без выборки: сведения диаграммы и нынешние переменные."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.domain.task import ExternalTask, Order
from exchanger.domain.variables import Variables
from exchanger.ops.moving.ground import Ground
from exchanger.roles.receipts import LINK_VARIABLE


@dataclass(frozen=True, slots=True)
class Read:
    """Заявка с переменными, видимыми элементу, и переменные экземпляра."""

    order: Order
    process: Variables


async def read_order(ground: Ground, task: ExternalTask) -> Read:
    """Прочитать; заметок Exchanger среди переменных нет."""
    admin = ground.ours.admin
    process = dict(await admin.variables(task.process_instance_id))
    local = dict(await admin.local_variables(task.execution_id))
    local.pop(LINK_VARIABLE, None)  # the predecessor writes all it was given back into the process
    metadata = await ground.diagrams.metadata(task.process_definition_id, task.activity_id)
    return Read(Order(task, ground.by_topic[task.topic].name, process | local, metadata), process)
