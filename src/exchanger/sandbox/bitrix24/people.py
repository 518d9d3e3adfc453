"""Сотрудники, которые сами работают: берут задачи, отвечают на вопросы, завершают - каждый со своей скоростью."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from exchanger.sandbox.bitrix24.errors import RestError
from exchanger.sandbox.bitrix24.model import Status, Task
from exchanger.sandbox.bitrix24.person import Person
from exchanger.sandbox.bitrix24.userfields import RESULT_EXPECTED
from exchanger.telemetry.log import log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from exchanger.sandbox.bitrix24.portal import Portal, TaskEvent

_OPEN = frozenset({Status.NEW, Status.PENDING})


@dataclass(frozen=True, slots=True)
class Question:
    """Вопрос к исполнителю: задача и сколько раз такой же уже задавали в этом экземпляре процесса."""

    task: Task
    asked_before: int


Policy = Callable[[Question], str | None]


@dataclass(frozen=True, slots=True)
class Pace:
    """Сколько секунд уходит на один шаг работы: от `fastest` до `slowest`."""

    fastest: float = 0.2
    slowest: float = 2.0


def no_then_yes(question: Question) -> str:
    """Первый раз НЕТ (работа возвращается), дальше ДА."""
    return "ДА" if question.asked_before else "НЕТ"


def always_yes(_: Question) -> str:
    """Всегда ДА."""
    return "ДА"


@dataclass(slots=True)
class People:
    """Все сотрудники портала разом; скорость каждой задачи задана зерном и её номером."""

    portal: Portal
    policy: Policy = no_then_yes
    pace: Pace = field(default_factory=Pace)
    seed: int = 0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    done: int = 0
    _asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    _busy: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    def notice(self, event: TaskEvent) -> None:
        """Слушатель портала."""
        self.take(event.task_id)

    def take(self, task_id: int) -> None:
        """Открытую задачу, которой никто не занят, кто-то берёт."""
        task = self.portal.store.get(task_id)
        if task is not None and task.id not in self._busy and task.status in _OPEN | {Status.AWAITS_CONTROL}:
            self._busy[task.id] = asyncio.get_running_loop().create_task(self._attend(task.id))

    async def _attend(self, task_id: int) -> None:
        random = Random(f"{self.seed}:{task_id}")  # noqa: S311 - a repeatable show, not cryptography
        try:
            while (task := self.portal.store.get(task_id)) is not None and self._needs_someone(task):
                await self._work(task, random)
        except RestError as refused:
            log.info("Человек не смог продолжить задачу", object=task_id, reason=refused.description)
        finally:
            self._busy.pop(task_id, None)

    def _needs_someone(self, task: Task) -> bool:
        return task.status in _OPEN | {Status.IN_PROGRESS, Status.AWAITS_CONTROL}

    async def _work(self, task: Task, random: Random) -> None:
        await self.sleep(random.uniform(self.pace.fastest, self.pace.slowest))
        if self.portal.store.get(task.id) is None:
            return
        if task.status is Status.AWAITS_CONTROL:
            Person(self.portal, self.portal.user(task.created_by)).approve(task.id)
            return
        worker = Person(self.portal, self.portal.user(task.responsible_id))
        if task.status in _OPEN:
            worker.open(task.id)
            worker.start(task.id)
        elif task.status is Status.IN_PROGRESS:
            self._finish(worker, task)

    def _finish(self, worker: Person, task: Task) -> None:
        if task.user_fields.get(RESULT_EXPECTED):
            answer = self.policy(Question(task, self._count(task)))
            if answer is not None:
                worker.answer(task.id, answer)
        if task.result_required and not self.portal.results.get(task.id):
            worker.add_result(task.id, "Сделано.")
        worker.complete(task.id)
        self.done += 1

    def _count(self, task: Task) -> int:
        instance = str(task.user_fields.get("UF_PROCESS_INSTANCE_ID") or "")
        key = (instance, str(task.user_fields.get("UF_ELEMENT_ID") or task.title))
        self._asked[key] += 1
        return self._asked[key] - 1

    async def close(self) -> None:
        """Отпускает всех по домам."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def at_work(people: People) -> AsyncIterator[People]:
    """Сотрудники работают на время блока; уже открытые задачи берут сразу."""
    people.portal.listeners.append(people.notice)
    try:
        for task_id in list(people.portal.store.ids()):
            people.take(task_id)
        yield people
    finally:
        people.portal.listeners.remove(people.notice)
        await people.close()
