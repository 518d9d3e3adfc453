"""Карточка задачи: с какими полями её поставила бы система, ничего не ставя."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exchanger.connect import OpenSystem
from exchanger.connect.showing import Showing
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.task import Fetched, Order
from exchanger.engine.metadata import BpmnMetadata
from exchanger.ops.rehearsal.results import Card
from exchanger.ops.rehearsal.scene import UserTask

_NAME = "rehearsal"


class Cards:
    """Карточки внешних задач; система без `preview` показывает параметры своей операции."""

    def __init__(self, systems: Sequence[OpenSystem], metadata: Mapping[str, BpmnMetadata]) -> None:
        self._by_topic = {topic: system for system in systems for topic in system.topics}
        self._metadata = metadata

    async def of(self, fetched: Fetched) -> Card:
        """Карточка внешней задачи."""
        task = fetched.task
        known = self._metadata.get(task.process_definition_key)
        metadata = known.of(task.activity_id) if known is not None else BpmnMetadata({}).of("")
        system = self._by_topic.get(task.topic)
        order = Order(task, system.name if system else "", fetched.variables, metadata)
        name = metadata.activity_name or task.activity_id
        place = task.process_definition_key, task.activity_id, name, task.topic
        if system is None:
            plain = {variable: value.value for variable, value in fetched.variables.items()}
            fields: dict[str, object] = {"properties": dict(metadata.extension_properties), "variables": plain}
            return Card(*place, fields=fields)
        try:
            source, shown = await _shown(system, order)
        except (Reject, BusinessError) as error:
            return Card(*place, system=system.name, source="params", refusal=str(error))
        except (Retry, SystemPaused, OutcomeUnknown) as error:
            return Card(*place, system=system.name, source="params", refusal=f"система не ответила: {error}")
        return Card(*place, system=system.name, source=source, fields=shown)


async def _shown(system: OpenSystem, order: Order) -> tuple[str, Mapping[str, object]]:
    work = system.works.get(order.task.topic)
    if work is None:
        return "params", system.calls[order.task.topic].prepare(order).model_dump(mode="json")
    params = work.prepare(order)
    if isinstance(work, Showing):
        return "preview", await work.preview(Key(_NAME, _NAME, order.task.id), params)
    return "params", params.model_dump(mode="json")


def user_card(process: str, element: str, task: UserTask) -> Card:
    """Карточка пользовательской задачи движка."""
    return Card(process, element, task.fields.get("name", element), "", source="engine", fields=task.fields)
