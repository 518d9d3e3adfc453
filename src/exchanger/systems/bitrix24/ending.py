"""Конец задачи, которой процесс больше не ждёт: завершить или удалить. Отказ и повтор портал называет одинаково."""

from __future__ import annotations

from types import MappingProxyType

from exchanger.connect import Ending, Intent, Notice
from exchanger.domain.task import ObjectRef
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.errors import ACTION_REFUSED, to_error
from exchanger.systems.bitrix24.status import OVER, status_now
from exchanger.systems.bitrix24.talk import Talk

_METHODS = MappingProxyType({Ending.CLOSE: "tasks.task.complete", Ending.DELETE: "tasks.task.delete"})


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
    now = await status_now(api, ref)  # the same refusal is given to a repetition
    return now is None or (how is Ending.CLOSE and now in OVER)
