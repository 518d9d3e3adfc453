"""Операция bitrix_create_task: задача человеку, ответ — процессу."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from exchanger.connect import Cursor, Ending, Intent, Notice
from exchanger.connect.showing import Explained
from exchanger.domain.errors import OutcomeUnknown
from exchanger.domain.key import Key
from exchanger.domain.outcome import Outcome
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order, Snapshot
from exchanger.domain.variables import JsonValue
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.content.gather import Content, gather
from exchanger.systems.bitrix24.deadlines import portal_zone
from exchanger.systems.bitrix24.ending import end
from exchanger.systems.bitrix24.envelope import PortalFault
from exchanger.systems.bitrix24.errors import to_error
from exchanger.systems.bitrix24.explain import explain
from exchanger.systems.bitrix24.fields import task_fields
from exchanger.systems.bitrix24.finder import FilterIgnored
from exchanger.systems.bitrix24.foreign import Row, as_map, as_text
from exchanger.systems.bitrix24.offered import require_offered
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.plan import TaskPlan, draw_plan
from exchanger.systems.bitrix24.portal import Portal
from exchanger.systems.bitrix24.prepare import prepare
from exchanger.systems.bitrix24.showing import whole_rows
from exchanger.systems.bitrix24.team import Crew, gather_team, initiator
from exchanger.systems.bitrix24.unkept import say_unkept
from exchanger.systems.bitrix24.verdicts import outcome

_ADD = "tasks.task.add"


class CreateTask:
    """Работа в Битрикс24. Обещание MARKED: ключ лежит в XML_ID, номер внешней задачи — в её поле, если оно есть."""

    params = CreateTaskParams

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    def prepare(self, order: Order) -> CreateTaskParams:
        """Параметры из заявки; `Reject` перечисляет всё, что надо исправить."""
        return prepare(order, self._portal.options)

    async def find(self, keys: Sequence[Key]) -> list[Snapshot]:
        """Все задачи этих ключей; `SystemPaused`, если поиску по ключу верить нельзя."""
        if not keys:
            return []
        capabilities = await self._portal.inspector.searchable()
        try:
            found, proved = await self._portal.finder(capabilities).by_keys(keys)
        except FilterIgnored:
            self._portal.inspector.forget()
            raise
        for name in proved:
            self._portal.proof.found(name)
        return found

    async def create(self, key: Key, params: CreateTaskParams) -> Snapshot:
        """Поставить задачу: чтения (люди, шаблон, возможности портала), затем один пишущий запрос."""
        capabilities = await self._portal.inspector.searchable()
        content = await self._content(params, capabilities)
        fields = task_fields(await self._plan(params, content, capabilities), key, capabilities)
        async with self._portal.proof.turn(capabilities.key_field):
            row = await self._add(fields, key)
            self._portal.proof.created(capabilities.key_field, key, as_text(row["id"]))
        say_unkept(params.given, fields, row, content.remarks)
        self._portal.fresh.made(as_text(row["id"]), content)
        return self._portal.reading(capabilities).snapshot(row, key)

    async def finish(self, found: Snapshot, params: CreateTaskParams) -> None:
        """Доделать файлы, связи, анкеты и чек-листы: недостающее, каждое один раз; чего нельзя — сказать в журнале."""
        task_id, capabilities = found.ref.id, await self._portal.inspector.get()
        content = self._portal.fresh.take(task_id)
        fresh = content is not None
        if content is None:
            content = await self._content(params, capabilities)
        await self._portal.finisher.finish(task_id, params, content, addon=capabilities.addon, fresh=fresh)
        content.remarks.say(task_id)

    async def changed(self, since: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Изменившиеся наши задачи страницами."""
        capabilities = await self._portal.inspector.get()
        # The inspector has just heard from the portal or did so earlier: its clock is known.
        async for page in self._portal.finder(capabilities).changed(since, self._portal.api.time.now()):
            yield page

    async def opened(self, after: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        """Открытые наши задачи по возрастанию номера, по 50."""
        capabilities = await self._portal.inspector.get()
        async for page in self._portal.finder(capabilities).opened(after):
            yield page

    async def read(self, refs: Sequence[ObjectRef]) -> list[Snapshot]:
        """Прочитать задачи: до 2500 номеров одним запросом."""
        capabilities = await self._portal.inspector.get()
        return await self._portal.finder(capabilities).by_refs(refs)

    async def answer(self, found: Snapshot, task: ExternalTask, metadata: Metadata) -> Outcome:
        """Исход задачи для процесса."""
        return await outcome(found, task, metadata, self._portal.texts, self._portal.reports)

    async def tell(self, ref: ObjectRef, notice: Notice) -> None:
        """Комментарий в задаче."""
        await self._portal.talk.tell(ref, notice)

    async def reopen(self, ref: ObjectRef, why: str) -> bool:
        """Возобновить отклонённую задачу."""
        return await self._portal.talk.reopen(ref, why)

    async def end(self, ref: ObjectRef, how: Ending) -> bool:
        """Завершить с комментарием или удалить; False — портал не разрешает."""
        return await end(self._portal.api, self._portal.talk, ref, how)

    async def show(self, refs: Sequence[ObjectRef]) -> Mapping[str, Mapping[str, JsonValue]]:
        """Задачи со всеми полями."""
        return await whole_rows(self._portal.api, [ref.id for ref in refs])

    async def preview(self, key: Key, params: CreateTaskParams) -> Mapping[str, object]:
        """Поля, с которыми задача была бы поставлена."""
        capabilities = await self._portal.inspector.searchable()
        content = await self._content(params, capabilities)
        return task_fields(await self._plan(params, content, capabilities), key, capabilities)

    async def explain(self, key: Key, params: CreateTaskParams) -> Explained:
        """То же с именами людей, второстепенным и тем, чего не хватает."""
        capabilities = await self._portal.inspector.searchable()
        content = await self._content(params, capabilities)
        fields = task_fields(await self._plan(params, content, capabilities), key, capabilities)
        return await explain(self._portal, params, fields, content, capabilities)

    async def _content(self, params: CreateTaskParams, capabilities: Capabilities) -> Content:
        portal = self._portal
        wanted = capabilities.addon or params.supervisor_as
        started_by = await initiator(params, portal.people) if wanted else None
        zone = portal_zone(portal.options, capabilities, portal.api.time)
        return await gather(portal.api, params, started_by, capabilities, portal.shelf, zone)

    async def _plan(self, params: CreateTaskParams, content: Content, capabilities: Capabilities) -> TaskPlan:
        portal = self._portal
        crew = Crew(params, content, capabilities.owner, portal.options.default_responsible_id)
        team = await gather_team(crew, portal.people)
        await require_offered(params, capabilities, portal.texts)
        return draw_plan(params, content, team, portal.options, capabilities, portal.api.time)

    async def _add(self, fields: Mapping[str, object], key: Key) -> Row:
        answer = await self._portal.api.ask(_ADD, {"fields": fields}, intent=Intent.CREATE)
        if isinstance(answer, PortalFault):
            raise to_error(answer, _ADD, Intent.CREATE)
        row = as_map(as_map(answer.result).get("task"))
        if not as_text(row.get("id")):
            raise OutcomeUnknown(f"Битрикс24, {_ADD}: ответ без номера задачи ({key}).")
        return row
