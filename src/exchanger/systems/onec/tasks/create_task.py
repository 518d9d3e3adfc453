"""Операция 1c_create_task: задача исполнителю, ответ — процессу."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import cast

from exchanger.connect import Cursor, Ending, Notice, bind
from exchanger.connect.showing import Explained
from exchanger.domain.errors import BusinessError, Reject
from exchanger.domain.key import Key
from exchanger.domain.outcome import Outcome
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, ObjectState, Order, Snapshot
from exchanger.domain.variables import JsonValue
from exchanger.systems.onec.desk import Desk
from exchanger.systems.onec.foreign import Row, as_text
from exchanger.systems.onec.moments import local
from exchanger.systems.onec.readback import lost
from exchanger.systems.onec.refs import unshown
from exchanger.systems.onec.tasks.card import Card
from exchanger.systems.onec.tasks.explain import explain
from exchanger.systems.onec.tasks.notes import FIELD, added, noted
from exchanger.systems.onec.tasks.params import CreateTaskParams
from exchanger.systems.onec.tasks.snapshots import Reading
from exchanger.systems.onec.tasks.verdicts import outcome, wanted_of
from exchanger.telemetry.log import log

_GENERATIONS = 3
_SOFT = frozenset({"Description"})
"""Обрезанное наименование никому не мешает: полный текст — в описании процесса."""


class CreateTask:
    """Работа в 1С: `Task_ЗадачаИсполнителя` без бизнес-процесса. Обещание MARKED: ключ ищется до создания.

    Номер объекта — ссылка в записи навигационных ссылок 1С (32 знака). В установившейся работе — поиск, создание и
    чтение обратно.
    """

    params = CreateTaskParams

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._store = desk.store
        self._entity = desk.options.task_set
        self._zone = desk.options.zone
        self._clock = desk.clock
        self._card = Card(desk.options, desk.people)
        self._reading = Reading(desk.options, desk.clock)

    def prepare(self, order: Order) -> CreateTaskParams:
        """Параметры из заявки; `Reject` перечисляет всё, что надо исправить. К базе не обращается."""
        params = bind(CreateTaskParams, order)
        if params.subject:
            return params
        named = order.metadata.activity_name.strip() or f"Задача процесса ({order.task.topic})"
        return params.model_copy(update={"subject": named[:250]})

    async def find(self, keys: Sequence[Key]) -> list[Snapshot]:
        """Все задачи этих ключей; `SystemPaused`, если поиску по ключу верить нельзя."""
        texts = list(dict.fromkeys(text for key in keys for text in _generations(key)))
        return [self._reading.snapshot(each) for each in await self._store.find(self._entity, texts)] if texts else []

    async def create(self, key: Key, params: CreateTaskParams) -> Snapshot:
        """Создать задачу: чтение людей, затем один пишущий запрос."""
        fields = await self._card.fields(params)
        dated = {"Date": local(self._clock.now(), self._zone), **fields}
        return self._reading.snapshot(await self._store.create(self._entity, str(key), dated))

    async def finish(self, found: Snapshot, params: CreateTaskParams) -> None:
        """Прочитать обратно: 1С молча пропускает неизвестное. `Reject` — сохранено не всё."""
        stored = await self._whole(found.ref)
        missing = lost(await self._card.fields(params), stored) if stored is not None else []
        if _SOFT.issuperset(missing):
            if missing:
                log.warning("1С обрезала наименование задачи", task=found.ref.id)
            return
        raise Reject(
            f"1С создала задачу {found.ref.link}, но не сохранила: {', '.join(missing)}.",
            remedy="исправьте имена и значения реквизитов (длинные строки 1С обрезает) и повторите инцидент.",
        )

    async def changed(self, since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Изменившиеся наши задачи страницами."""
        async for records, place in self._store.changed(self._entity, since.position):
            yield [self._reading.snapshot(each) for each in records], Cursor(place)

    async def read(self, refs: Sequence[ObjectRef]) -> list[Snapshot]:
        """Прочитать задачи десятками."""
        records = await self._store.read(self._entity, [unshown(ref.id) for ref in refs]) if refs else []
        return [self._reading.snapshot(each) for each in records]

    async def answer(
        self,
        found: Snapshot,
        task: ExternalTask,  # noqa: ARG002 - the port names it, our answer does not depend on it
        metadata: Metadata,
    ) -> Outcome:
        """Исход задачи для процесса; реквизиты из `resultFields` читаются отдельно."""
        wanted = wanted_of(metadata)
        row = await self._whole(found.ref) if wanted and found.state is ObjectState.FINISHED else {}
        return outcome(found, row or {}, wanted)

    async def tell(self, ref: ObjectRef, notice: Notice) -> None:
        """Строка в описании задачи, если её ещё нет."""
        row = await self._whole(ref)
        text = noted(as_text(row.get(FIELD)), notice) if row is not None else None
        if text is None:
            return
        try:
            await self._store.change(self._entity, unshown(ref.id), {FIELD: text})
        except (BusinessError, Reject) as error:  # some configurations forbid any change of an executed task
            log.warning("1С не дала дописать описание задачи", task=ref.id, reason=str(error))

    async def reopen(self, ref: ObjectRef, why: str) -> bool:
        """Снять пометку удаления; прерванный бизнес-процесс снаружи не вернуть."""
        row = await self._whole(ref)
        if row is None or row.get("DeletionMark") is not True:
            return False
        text = added(as_text(row.get(FIELD)), why)
        stored = await self._store.change(self._entity, unshown(ref.id), {"DeletionMark": False, FIELD: text})
        return self._reading.snapshot(stored).state is ObjectState.OPEN

    async def end(self, ref: ObjectRef, how: Ending) -> bool:
        """Выполнить, сказав почему; удалять физически Exchanger не станет: ссылки на задачу стали бы битыми."""
        if how is not Ending.CLOSE:
            return False
        row = await self._whole(ref)
        if row is None or row.get("Executed") is True:
            return True
        await self.tell(ref, Notice.CANCELLED)
        try:
            await self._store.execute(self._entity, unshown(ref.id))
        except (BusinessError, Reject) as error:
            log.warning("1С не дала выполнить ненужную задачу", task=ref.id, reason=str(error))
            return False
        return True

    async def show(self, refs: Sequence[ObjectRef]) -> Mapping[str, Mapping[str, JsonValue]]:
        """Задачи целиком, поля — как их называет 1С."""
        rows = {ref.id: await self._whole(ref) for ref in refs}
        return {number: cast("Mapping[str, JsonValue]", row) for number, row in rows.items() if row is not None}

    async def preview(self, key: Key, params: CreateTaskParams) -> Mapping[str, object]:
        """Поля, с которыми задача была бы создана."""
        return {"key": str(key), **await self._card.fields(params)}

    async def explain(self, key: Key, params: CreateTaskParams) -> Explained:  # noqa: ARG002 - the port names it
        """Они же словами."""
        return await explain(self._desk, params, await self._card.fields(params))

    async def _whole(self, ref: ObjectRef) -> Row | None:
        found = await self._store.whole(self._entity, unshown(ref.id))
        return found.fields if found is not None else None


def _generations(key: Key) -> Iterator[str]:
    step = key.first
    for _ in range(max(_GENERATIONS, key.generation + 1)):
        yield str(step)
        step = step.next()
