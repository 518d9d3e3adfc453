"""Комментарии с отметкой: повторов запрос не исключает, поэтому отметка ищется в ленте до записи."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType

from exchanger.connect import Intent, Notice
from exchanger.domain.task import ObjectRef
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.foreign import as_map, as_text, elements

_BOUND = 5000
_TEXTS = MappingProxyType(
    {
        Notice.CANCELLED: "Процесс больше не ждёт эту задачу: его отменили или он пошёл другим путём.",
        Notice.REOPENED: "Процесс уже получил результат этой задачи и ушёл дальше: новый результат в него не попадёт.",
        Notice.TWIN: "У этого шага процесса уже есть другая задача. Эта — лишняя, её результат не понадобится.",
        Notice.UNPROVED: "Процесс этой задачи не найден в движке. Уточните у администратора, нужна ли она ещё.",
    }
)


class Comments:
    """Слова в задаче."""

    def __init__(self, api: OpenProjectApi, *, notify: bool) -> None:
        self._api = api
        self._notify = notify
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def tell(self, ref: ObjectRef, notice: Notice) -> None:
        """Сказать человеку, что случилось с процессом, если ещё не сказано."""
        await self.once(ref, _TEXTS[notice], f"[Exchanger: {notice.value}]")

    async def once(self, ref: ObjectRef, text: str, mark: str, *, notify: bool | None = None) -> None:
        """Оставить комментарий, если такой отметки ещё нет."""
        if (ref.id, mark) not in self._told and not await self._said(ref, mark):
            await self.say(ref, f"{text}\n\n{mark}", notify=notify)
        self._told[ref.id, mark] = None
        if len(self._told) > _BOUND:
            self._told.popitem(last=False)

    async def say(self, ref: ObjectRef, text: str, *, notify: bool | None = None) -> None:
        """Оставить комментарий."""
        wanted = self._notify if notify is None else notify
        await self._api.call(
            "POST",
            f"/work_packages/{ref.id}/activities",
            intent=Intent.IDEMPOTENT,  # an attempt with an unknown outcome is repeated after a look at the marks
            body={"comment": {"raw": text}},
            query={"notify": str(wanted).lower()},
        )

    async def _said(self, ref: ObjectRef, mark: str) -> bool:
        rows = elements(await self._api.call("GET", f"/work_packages/{ref.id}/activities", intent=Intent.READ)) or []
        return any(mark in as_text(as_map(row.get("comment")).get("raw")) for row in rows)
