"""Слова человеку в задаче и возврат её в работу."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType

from exchanger.connect import Intent, Notice
from exchanger.domain.task import ObjectRef
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.errors import ACTION_REFUSED, to_error
from exchanger.systems.bitrix24.foreign import as_rows, as_text
from exchanger.systems.bitrix24.status import AT_WORK, status_now

_ADD = "task.commentitem.add"
_RENEW = "tasks.task.renew"
_BOUND = 5000
_TEXTS = MappingProxyType(
    {
        Notice.CANCELLED: "Процесс больше не ждёт эту задачу: его отменили или он пошёл другим путём.",
        Notice.REOPENED: "Процесс уже получил результат этой задачи и ушёл дальше: новый результат в него не попадёт.",
        Notice.TWIN: "У этого шага процесса уже есть другая задача. Эта — лишняя, её результат не понадобится.",
        Notice.UNPROVED: "Процесс этой задачи не найден в движке. Уточните у администратора, нужна ли она ещё.",
    }
)


class Talk:
    """Комментарии с отметкой, чтобы не повторяться: по памяти, а где портал отдаёт комментарии — и по ним."""

    def __init__(self, api: BitrixApi) -> None:
        self._api = api
        self._told: OrderedDict[tuple[str, Notice], None] = OrderedDict()

    async def tell(self, ref: ObjectRef, notice: Notice) -> None:
        """Оставить комментарий, если его ещё нет."""
        mark = f"[Exchanger: {notice.value}]"
        if (ref.id, notice) in self._told or await self._said(ref, mark):
            self._remember(ref, notice)
            return
        await self._comment(ref, f"{_TEXTS[notice]}\n{mark}")
        self._remember(ref, notice)

    async def reopen(self, ref: ObjectRef, why: str) -> bool:
        """Вернуть задачу в работу и объяснить почему; False — портал не разрешает, а она не в работе."""
        answer = await self._api.ask(_RENEW, {"taskId": ref.id}, intent=Intent.IDEMPOTENT)
        if isinstance(answer, PortalFault):
            if answer.code in ACTION_REFUSED:
                return await status_now(self._api, ref) in AT_WORK  # somebody, or our own lost request, did it already
            raise to_error(answer, _RENEW, Intent.IDEMPOTENT)
        await self._comment(ref, why)
        return True

    async def _comment(self, ref: ObjectRef, text: str) -> None:
        # The parameters of task.*item methods are positional: their order matters, not their names.
        await self._api.call(_ADD, {"TASKID": ref.id, "FIELDS": {"POST_MESSAGE": text}}, intent=Intent.CREATE)

    async def _said(self, ref: ObjectRef, mark: str) -> bool:
        """Есть ли комментарий с отметкой; новая карточка задач комментариев не отдаёт, тогда — нет."""
        answer = await self._api.ask("task.commentitem.getlist", {"TASKID": ref.id}, intent=Intent.READ)
        rows = [] if isinstance(answer, PortalFault) else as_rows(answer.result)
        return any(mark in as_text(row.get("POST_MESSAGE")) for row in rows)

    def _remember(self, ref: ObjectRef, notice: Notice) -> None:
        self._told[ref.id, notice] = None
        if len(self._told) > _BOUND:
            self._told.popitem(last=False)
