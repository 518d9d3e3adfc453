"""Операции op_create_task и op_create_milestone: пакет человеку, ответ — процессу."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from exchanger.connect import Cursor, Ending, Intent, Notice
from exchanger.domain.errors import BusinessError, OutcomeUnknown
from exchanger.domain.key import Key
from exchanger.domain.outcome import Completed, Outcome
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order, Snapshot
from exchanger.domain.typed import typed
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.capabilities import Capabilities
from exchanger.systems.openproject.card import Body
from exchanger.systems.openproject.desk import Desk
from exchanger.systems.openproject.errors import REJECTED, refused_creation
from exchanger.systems.openproject.finder import FilterIgnored
from exchanger.systems.openproject.foreign import Row, as_text
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.systems.openproject.prepare import prepare
from exchanger.systems.openproject.preview import submitted
from exchanger.systems.openproject.showing import Shown
from exchanger.systems.openproject.verdicts import outcome, result_files, wanted_of

_PATH = "/work_packages"


class CreateTask(Shown):
    """Работа в OpenProject. Обещание MARKED: ключ лежит в строковом пользовательском поле.

    Веха — та же работа с типом-вехой и одним днём; общая у них и лента изменений. Запросов на задачу в
    установившейся работе два: поиск и создание; связи, наблюдатели и комментарий добавляют по чтению и записи.
    """

    params = CreateTaskParams

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def prepare(self, order: Order) -> CreateTaskParams:
        """Параметры из заявки; `Reject` перечисляет всё, что надо исправить. К экземпляру не обращается."""
        return prepare(order)

    async def find(self, keys: Sequence[Key]) -> list[Snapshot]:
        """Все пакеты этих ключей; `SystemPaused`, если поиску по ключу верить нельзя."""
        if not keys:
            return []
        capabilities = await self._desk.inspector.searchable()
        try:
            found = await self._desk.search.finder(capabilities).by_keys(keys)
        except FilterIgnored:
            self._desk.inspector.forget()
            raise
        if found:
            self._desk.proof.found()
        return found

    async def create(self, key: Key, params: CreateTaskParams) -> Snapshot:
        """Создать пакет: чтения (проект, форма, люди), затем один пишущий запрос."""
        desk = self._desk
        capabilities = await desk.inspector.searchable()
        place = await desk.cards.place(params)
        body = await desk.cards.body(key, params, place, capabilities)
        await desk.attachments.check(params.attachments)
        if desk.options.validate:
            await self._validate(body)
        async with desk.proof.turn():
            row = await self._add(body, key, params)
            (made,) = await desk.search.finder(capabilities).snapshots([row])
            desk.proof.created(key, made.ref, kept=made.key == key)
        return replace(made, key=key)

    async def finish(self, found: Snapshot, params: CreateTaskParams) -> None:
        """Файлы процесса, связи, наблюдатели, первый комментарий."""
        await self._desk.attachments.add(found.ref, params.attachments)
        await self._desk.touches.finish(found, params)

    async def changed(self, since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Изменившиеся наши пакеты страницами."""
        capabilities: Capabilities = await self._desk.inspector.get()
        async for page in self._desk.search.finder(capabilities).changed(since, self._desk.api.now()):
            yield page

    async def opened(self, after: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Открытые наши пакеты в порядке изменения."""
        capabilities: Capabilities = await self._desk.inspector.get()
        async for page in self._desk.search.finder(capabilities).opened(after):
            yield page

    async def read(self, refs: Sequence[ObjectRef]) -> list[Snapshot]:
        """Прочитать пакеты: до ста номеров одним запросом, исчезнувшие — ещё по одному."""
        capabilities = await self._desk.inspector.get()
        return await self._desk.search.finder(capabilities).by_refs(refs)

    async def answer(
        self,
        found: Snapshot,
        task: ExternalTask,  # noqa: ARG002 - the port names it, our answer does not depend on it
        metadata: Metadata,
    ) -> Outcome:
        """Исход пакета для процесса."""
        wanted = wanted_of(metadata)
        place = as_text(found.details.get("project")), as_text(found.details.get("type"))
        told = outcome(found, wanted, await self._desk.catalogue.schema(*place) if wanted else {})
        files = result_files(metadata)
        if not files or not isinstance(told, Completed):
            return told
        return Completed({**told.variables, files: typed(await self._desk.attachments.listed(found.ref))})

    async def tell(self, ref: ObjectRef, notice: Notice) -> None:
        """Комментарий в пакете."""
        await self._desk.comments.tell(ref, notice)

    async def reopen(self, ref: ObjectRef, why: str) -> bool:
        """Вернуть отклонённый пакет в работу."""
        return await self._desk.reopening.reopen(ref, why)

    async def end(self, ref: ObjectRef, how: Ending) -> bool:
        """Закрыть с комментарием или удалить; False — экземпляр не разрешает."""
        return await self._desk.endings.end(ref, how)

    async def _validate(self, body: Body) -> None:
        errors = (await submitted(self._desk, body)).errors
        if errors:
            listed = "; ".join(f"{name}: {text}" for name, text in errors.items())
            raise BusinessError(REJECTED, f"OpenProject не примет задачу: {listed}", remedy="исправьте эти значения.")

    async def _add(self, body: Body, key: Key, params: CreateTaskParams) -> Row:
        notify = self._desk.options.notify if params.notify is None else params.notify
        query = {"notify": str(notify).lower()}
        answer = await self._desk.api.ask("POST", _PATH, intent=Intent.CREATE, body=body, query=query)
        if isinstance(answer, Fault):
            raise refused_creation(answer, f"POST {_PATH}")
        if not as_text(answer.get("id")):
            raise OutcomeUnknown(f"OpenProject, POST {_PATH}: ответ без номера ({key}).")
        return answer
