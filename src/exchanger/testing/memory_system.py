"""Система в памяти с одной работой: для проверки ролей и как образец для авторов систем."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from exchanger.connect import Cursor, Ending, Limiter, Limits, Notice, OpenSystem, System, WorkPromise
from exchanger.domain.errors import OutcomeUnknown
from exchanger.domain.key import Key
from exchanger.domain.outcome import Completed, Outcome, Refused
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, ObjectState, Order, Snapshot
from exchanger.domain.typed import typed
from exchanger.ports import Clock
from exchanger.testing.memory_objects import MemoryObject, MemoryObjects

__all__ = ["MEMORY_TOPIC", "REFUSED_CODE", "MemoryObject", "MemoryObjects", "MemoryOptions", "memory_system"]

MEMORY_TOPIC = "memory_task"
REFUSED_CODE = "MEMORY_REFUSED"


class MemoryParams(BaseModel):
    """Параметры работы: переменная `title`."""

    model_config = ConfigDict(frozen=True)

    title: str = ""


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    """Настройки: хранилище, имя системы, карантин, заявок сразу, размер страницы ленты."""

    objects: MemoryObjects
    name: str = "memory"
    quarantine: timedelta = timedelta(seconds=90)
    at_once: int = 8
    page: int = 50


@asynccontextmanager
async def memory_system(options: MemoryOptions, clock: Clock) -> AsyncIterator[OpenSystem]:
    """Открыть систему с работой на теме `MEMORY_TOPIC`."""
    system: System[MemoryOptions, MemoryOptions] = System(
        options.name,
        client=_client,
        limits=lambda settings: Limits(per_second=1e6, burst=1e6, at_once=settings.at_once),
        quarantine=lambda settings: settings.quarantine,
    )
    system.work(MEMORY_TOPIC, promise=WorkPromise.MARKED)(MemoryWork)
    async with system.open(options, clock) as opened:
        yield opened


@asynccontextmanager
async def _client(options: MemoryOptions, _limiter: Limiter, _clock: Clock) -> AsyncIterator[MemoryOptions]:
    yield options


class MemoryWork:
    """Работа: объект, который выполняет человек. Обещание MARKED: ключ лежит в поле, по которому ищут."""

    params = MemoryParams

    def __init__(self, options: MemoryOptions) -> None:
        self._objects = options.objects
        self._system = options.name
        self._page = options.page

    def prepare(self, order: Order) -> MemoryParams:
        """Параметры из переменной `title`."""
        self._called("prepare")
        title = order.variables.get("title")
        return MemoryParams(title=str(title.value) if title is not None else "")

    async def find(self, keys: Sequence[Key]) -> list[Snapshot]:
        """Объекты этих ключей; ключ сверен здесь: система может и не знать нашего фильтра."""
        self._called("find")
        wanted, now = {key.first for key in keys}, self._objects.clock.now()
        seen = [self._snapshot(found) for found in self._objects.visible if found.created + self._lag <= now]
        self._objects.after("find")
        if self._objects.ignores_filter:
            return seen
        return [found for found in seen if found.key is not None and found.key.first in wanted]

    async def create(self, key: Key, params: MemoryParams) -> Snapshot:
        """Создать объект; при `late` ответ потерян, а объект появится позже."""
        self._called("create")
        if self._objects.late is not None:
            self._objects.add_late(str(key), params.title, self._objects.late)
            raise OutcomeUnknown("Система в памяти: ответ потерян.")
        made = self._objects.add(str(key), params.title)
        self._objects.after("create")
        return self._snapshot(made)

    async def finish(self, found: Snapshot, params: MemoryParams) -> None:
        """Доделать второстепенное, если его ещё нет."""
        self._called("finish")
        stored = self._objects.get(found.ref.id)
        if stored is not None and not stored.whole:
            stored.whole, stored.title = True, params.title
        self._objects.after("finish")

    async def changed(self, since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Изменившиеся объекты; без места в ленте — с этой минуты."""
        self._called("changed")
        start = int(since.position or self._objects.sequence)
        later = sorted((o for o in self._objects.visible if o.sequence > start), key=lambda found: found.sequence)
        for number in range(0, len(later), self._page):
            page = later[number : number + self._page]
            yield [self._snapshot(found) for found in page], Cursor(str(page[-1].sequence))
        if not later:
            yield [], Cursor(str(start))

    async def opened(self, after: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Открытые объекты с ключом по возрастанию номера."""
        start = int(after.position or 0)
        left = [each for each in self._objects.visible if each.key and each.state is ObjectState.OPEN]
        later = sorted((each for each in left if int(each.id) > start), key=lambda each: int(each.id))
        for number in range(0, len(later), self._page):
            self._called("opened")
            page = later[number : number + self._page]
            yield [self._snapshot(found) for found in page], Cursor(page[-1].id)

    async def read(self, refs: Sequence[ObjectRef]) -> list[Snapshot]:
        """Прочитать объекты по номерам: поиск может отставать, чтение — нет."""
        self._called("read")
        found = [self._objects.get(ref.id) for ref in refs]
        self._objects.after("read")
        return [self._snapshot(stored) for stored in found if stored is not None]

    async def answer(self, found: Snapshot, task: ExternalTask, _metadata: Metadata) -> Outcome:
        """Исход: ответ человека уходит в переменную с именем элемента."""
        self._called("answer")
        if found.state is ObjectState.REFUSED:
            return Refused(REFUSED_CODE, f"Исполнитель отказался от объекта {found.ref.id}.")
        answer = str(found.details.get("answer", ""))
        return Completed({"memory_id": typed(found.ref.id), task.activity_id: typed(answer)})

    async def tell(self, ref: ObjectRef, notice: Notice) -> None:
        """Оставить сообщение в объекте."""
        self._called("tell")
        stored = self._objects.get(ref.id)
        if stored is not None:
            stored.notices.append(notice)
        self._objects.after("tell")

    async def reopen(self, ref: ObjectRef, why: str) -> bool:
        """Вернуть отклонённый объект в работу, если система так умеет."""
        self._called("reopen")
        stored = self._objects.get(ref.id)
        if stored is None or not self._objects.can_reopen:
            return False
        stored.reopened.append(why)
        self._objects.reopen(ref.id)
        return True

    async def end(self, ref: ObjectRef, how: Ending) -> bool:
        """Закрыть объект с сообщением или удалить; False — `can_end` запрещает."""
        self._called("end")
        stored = self._objects.get(ref.id)
        if stored is None:
            return True
        if not self._objects.can_end:
            return False
        if how is Ending.DELETE:
            self._objects.delete(ref.id)
            return True
        stored.notices.append(Notice.CANCELLED)
        self._objects.finish(ref.id)
        return True

    @property
    def _lag(self) -> timedelta:
        return self._objects.search_lag

    def _called(self, method: str) -> None:
        self._objects.calls[method] += 1
        self._objects.before(method)

    def _snapshot(self, stored: MemoryObject) -> Snapshot:
        return Snapshot(
            ref=ObjectRef(self._system, stored.id, f"memory://{stored.id}"),
            key=Key.parse(stored.key),
            state=stored.state,
            changed=stored.changed,
            details={"answer": stored.answer},
            overdue=stored.overdue and stored.state is ObjectState.OPEN,
        )
