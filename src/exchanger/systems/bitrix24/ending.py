"""Конец задачи, которой процесс больше не ждёт: завершить или удалить. Отказ и повтор портал называет одинаково."""

from __future__ import annotations

from types import MappingProxyType

from exchanger.connect import Ending, Intent, Notice
from exchanger.domain.task import ObjectRef
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.errors import ACTION_REFUSED, to_error
from exchanger.systems.bitrix24.foreign import as_map, as_text
from exchanger.systems.bitrix24.talk import Talk

_GET = "tasks.task.get"
_METHODS = MappingProxyType({Ending.CLOSE: "tasks.task.complete", Ending.DELETE: "tasks.task.delete"})
_OVER = frozenset({"4", "5"})
"""Ждёт контроля постановщика, завершена: исполнителю делать больше нечего."""


async def end(api: BitrixApi, talk: Talk, ref: ObjectRef, how: Ending) -> bool:
    """Закончить; False — портал не разрешает, комментарий о причине уже оставлен или будет оставлен вызвавшим."""
    if how is Ending.CLOSE:
        await talk.tell(ref, Notice.CANCELLED)
    method = _METHODS[how]
    answer = await api.ask(method, {"taskId": ref.id}, intent=Intent.IDEMPOTENT)
    if not isinstance(answer, PortalFault):
        return True
    if answer.code not in ACTION_REFUSED:
        raise to_error(answer, method, Intent.IDEMPOTENT)
    return await _is_over(api, ref, how)


async def _is_over(api: BitrixApi, ref: ObjectRef, how: Ending) -> bool:
    """The same refusal is given to a repetition: the task is gone, or completed already."""
    answer = await api.call(_GET, {"taskId": ref.id, "select": ["ID", "STATUS"]}, intent=Intent.READ)
    task = as_map(as_map(answer.result).get("task"))
    if not task:
        return True
    return how is Ending.CLOSE and as_text(task.get("status")) in _OVER
