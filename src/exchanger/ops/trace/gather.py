"""Собрать факты: по любому номеру найти задачи и спросить о них движок, системы, брокер и журнал. Только чтение."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from exchanger.bus.memory import MemoryBus
from exchanger.connect import OpenSystem, Side
from exchanger.domain.errors import ExchangerError
from exchanger.domain.reconcile import engine_says
from exchanger.domain.routing import Routing
from exchanger.domain.task import ExternalTask, ObjectRef, Snapshot
from exchanger.engine.past import LogEntry
from exchanger.journal.store import Reader
from exchanger.ops.dead_letter import Selection
from exchanger.ops.dead_letters import DeadLetters, open_dead_letters
from exchanger.ops.journal import journal_file
from exchanger.ops.pause import open_switchboard
from exchanger.ops.trace.facts import Answered, InstanceFacts, TaskFacts
from exchanger.ops.trace.next_steps import names
from exchanger.roles.pause import Scope
from exchanger.settings import Settings
from exchanger.telemetry.redact import error_text
from exchanger.wire.names import ERRORS
from exchanger.wiring import Exchanger, assemble, routes_of

T = TypeVar("T")

LIMIT = 20
"""Сколько экземпляров одного бизнес-ключа показать."""

_LETTERS = 1000
_NUMBER = re.compile(r"(?:task/view|work_packages|details)/(\d+)|guid'([0-9a-fA-F-]{36})'")
_ID = re.compile(r"[\w.:-]{1,64}")
_LAST = re.compile(r"(\d+)\D*$")


@dataclass(slots=True)
class Tracer:
    """Вопросы об одной установке. `letters` None — брокера нет, `paused` — системы на паузе."""

    exchanger: Exchanger
    routing: Routing
    journal: Reader
    letters: DeadLetters | None = None
    paused: frozenset[str] = frozenset()
    silent: list[str] = field(default_factory=list)
    _buried: dict[str, list[str]] | None = None
    _diagrams: dict[str, bytes] = field(default_factory=dict)

    async def look(self, asked: str) -> Answered:
        """Найти по id внешней задачи или экземпляра, бизнес-ключу, номеру или ссылке объекта; пусто — не нашлось."""
        asked = asked.strip()
        found: tuple[InstanceFacts, ...] = ()
        if asked:
            # An id of the engine never has a slash, and the engine's server refuses an address with one.
            tasks = await self._tasks_of(asked) if _ID.fullmatch(asked) else []
            found = tuple([await self._instance_with([task]) for task in tasks]) or await self._instances_of(asked)
            if not found:
                by_object = await self._by_object(asked)
                found = tuple([await self._instance_with([task]) for task in by_object])
        now = self.exchanger.engine.now() or datetime.now(UTC)
        return Answered(asked, found, now, tuple(dict.fromkeys(self.silent)))

    async def _tasks_of(self, task_id: str) -> list[TaskFacts]:
        engine = self.exchanger.engine
        task = await engine.get(task_id)
        log = await engine.past.of_task(task_id)
        if task is None and not log and not self.journal.of_task(task_id):
            return []
        return [await self._task(task_id, task, log)]

    async def _instances_of(self, asked: str) -> tuple[InstanceFacts, ...]:
        past = self.exchanger.engine.past
        one = await past.instance(asked)
        instances = [one] if one is not None else await past.by_business_key(asked, LIMIT)
        return tuple([await self._instance(each.id) for each in instances])

    async def _by_object(self, asked: str) -> list[TaskFacts]:
        match = _NUMBER.search(asked) or _LAST.search(asked)
        number = next((group for group in match.groups() if group), "") if match else asked
        ids: dict[str, None] = {}
        for event in self.journal.of_object("", number):
            ids[event.task_id] = None
        for system in self.exchanger.systems:
            for snapshot in await self._read(system, number):
                if snapshot.key is not None or snapshot.raw_id:
                    ids[snapshot.key.task_id if snapshot.key is not None else snapshot.raw_id] = None
        return [task for each in ids for task in await self._tasks_of(each)]

    async def _read(self, system: OpenSystem, number: str) -> list[Snapshot]:
        found: list[Snapshot] = []
        for work in {id(work): work for work in system.works.values()}.values():
            found += await self._asked(system.name, partial(work.read, [ObjectRef(system.name, number)])) or []
        return found

    async def _instance(self, instance_id: str) -> InstanceFacts:
        engine = self.exchanger.engine
        logs: dict[str, list[LogEntry]] = {}
        for entry in await engine.past.of_instance(instance_id):
            logs.setdefault(entry.task_id, []).append(entry)
        for event in self.journal.of_instance(instance_id):
            logs.setdefault(event.task_id, [])
        return await self._instance_with(
            [await self._task(each, await engine.get(each), log) for each, log in logs.items() if each], instance_id
        )

    async def _instance_with(self, tasks: Sequence[TaskFacts], instance_id: str = "") -> InstanceFacts:
        engine = self.exchanger.engine
        instance_id = instance_id or next((_instance_of(task) for task in tasks if _instance_of(task)), "")
        instance = await engine.past.instance(instance_id) if instance_id else None
        standing: tuple[str, ...] = ()
        if instance is not None and instance.ended is None:
            steps = await engine.admin.history(instance_id)
            xml = await self._diagram(instance.definition_id)
            open_steps = [step for step in steps if not step.finished]
            standing = tuple(dict.fromkeys(names(xml, step.activity_id)[0] for step in open_steps if step.activity_id))
        return InstanceFacts(instance, tuple(tasks), standing)

    async def _task(self, task_id: str, task: ExternalTask | None, log: Sequence[LogEntry]) -> TaskFacts:
        events = self.journal.of_task(task_id)
        known = task or _remembered(task_id, log)
        topic = known.topic or next((str(each.fields["topic"]) for each in events if each.fields.get("topic")), "")
        system = self.routing.system(topic)
        opened = next((one for one in self.exchanger.systems if one.name == system), None)
        context = self.exchanger.context
        fate = None if task is not None else await context.engine.fate(known)
        silent: list[str] = []
        objects = await self._objects(opened, topic, task_id, silent)
        element, following = names(await self._diagram(known.process_definition_id), known.activity_id)
        return TaskFacts(
            id=task_id,
            topic=topic,
            system=system,
            served=opened is not None and topic in opened.topics,
            says=engine_says(task, fate, now=context.engine.now(), locks=context.locks),
            task=task,
            log=tuple(log),
            events=tuple(events),
            objects=objects,
            dead_letters=tuple((await self._letters()).get(task_id, ())),
            paused=system in self.paused,
            element=element,
            next=following,
            silent=tuple(silent),
        )

    async def _objects(
        self, system: OpenSystem | None, topic: str, task_id: str, silent: list[str]
    ) -> tuple[Snapshot, ...] | None:
        work = system.works.get(topic) if system is not None else None
        if system is None or work is None:
            return None
        key = self.exchanger.context.installation.key(task_id)
        before = len(self.silent)
        found = await self._asked(system.name, lambda: work.find([key]))
        silent += self.silent[before:]
        return None if found is None else tuple(self.exchanger.context.installation.objects(found, task_id))

    async def _asked(self, part: str, question: Callable[[], Awaitable[T]]) -> T | None:
        system = next((one for one in self.exchanger.systems if one.name == part), None)
        try:
            if system is None:
                return await question()
            with system.circuit.asking(Side.WATCH):
                return await question()
        except ExchangerError as error:
            self.silent.append(f"{part}: {error_text(error)}")
            return None

    async def _diagram(self, definition_id: str) -> bytes:
        if definition_id and definition_id not in self._diagrams:
            fetched = await self._asked("движок, диаграмма", lambda: self.exchanger.engine.diagram(definition_id))
            self._diagrams[definition_id] = fetched or b""
        return self._diagrams.get(definition_id, b"")

    async def _letters(self) -> dict[str, list[str]]:
        """Reasons by task; the queue is walked once a question."""
        if self._buried is None:
            self._buried = {}
            letters = self.letters
            if letters is not None:
                entries = await self._asked("брокер", lambda: letters.look(Selection(), _LETTERS))
                for entry in entries or []:
                    self._buried.setdefault(entry.record.task_id or "", []).append(entry.record.reason)
        return self._buried


def _instance_of(task: TaskFacts) -> str:
    if task.task is not None:
        return task.task.process_instance_id
    found = [entry.instance_id for entry in task.log] + [event.process_instance_id for event in task.events]
    return next((each for each in found if each), "")


def _remembered(task_id: str, log: Sequence[LogEntry]) -> ExternalTask:
    """What the history says of a task that is gone; nothing - only its id."""
    if not log:
        return ExternalTask(task_id, "", "", "", "", "")
    last = log[-1]
    return ExternalTask(
        task_id, last.topic, last.instance_id, last.definition_id, last.definition_key, last.activity_id
    )


@asynccontextmanager
async def open_tracer(settings: Settings) -> AsyncIterator[Tracer]:
    """Вопросы к установке. Движок обязателен; молчание остального названо в ответе."""
    async with AsyncExitStack() as stack:
        exchanger = await stack.enter_async_context(assemble(settings, bus=MemoryBus()))
        tracer = Tracer(exchanger, Routing(routes_of(settings)), Reader(journal_file(settings)))
        if settings.broker.configured:
            try:
                tracer.letters = await stack.enter_async_context(open_dead_letters(settings, ERRORS.routing_key))
                switchboard = await stack.enter_async_context(open_switchboard(settings))
                standing = await switchboard.look()
                tracer.paused = frozenset(one.system for one in standing if one.scope is not Scope.NOTHING)
            except ExchangerError as error:
                tracer.silent.append(f"брокер: {error_text(error)}")
        yield tracer
