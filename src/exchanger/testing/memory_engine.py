"""Движок в памяти: только внешние задачи — аренда, блокировка, исход, инцидент, приостановка, тенанты, судьба."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from exchanger.domain.errors import LockedByOther, Reject, Suspended, TooLarge
from exchanger.domain.outcome import Completed, Failure, Refused, Settlement
from exchanger.domain.task import ExternalTask, Fate, Fetched
from exchanger.domain.typed import clean_text
from exchanger.domain.variables import Variable, Variables, VariableType
from exchanger.testing.memory_state import MemoryEngineState, Settled, stored

__all__ = ["MemoryEngine", "MemoryEngineState", "Settled"]

_ERROR_MESSAGE_LIMIT = 666


class MemoryEngine:
    """Порт `Engine` на `MemoryEngineState` глазами одного работника и тенанта (None — все тенанты)."""

    def __init__(
        self,
        state: MemoryEngineState,
        worker_id: str = "worker",
        *,
        tenant_id: str | None = None,
        page_size: int = 1000,
    ) -> None:
        self.state = state
        self._worker_id = worker_id
        self._tenant = tenant_id
        self._page_size = page_size

    @property
    def worker_id(self) -> str:
        """Под этим именем задачи заперты."""
        return self._worker_id

    async def fetch(self, topics: Sequence[str], *, limit: int, lease: timedelta, wait: timedelta) -> list[Fetched]:
        """Взять свободные задачи; истечение аренды ждущий опрос замечает только в своём конце."""
        self.state.before("fetch")
        deadline = self.state.clock.monotonic() + wait.total_seconds()
        while True:
            taken = self._take(set(topics), limit, lease)
            left = deadline - self.state.clock.monotonic()
            if taken or left <= 0:
                self.state.after("fetch")
                return taken
            await self.state.until_woken(timedelta(seconds=left))

    async def held(
        self, topics: Collection[str], *, beyond: timedelta | None = None
    ) -> AsyncIterator[list[ExternalTask]]:
        """Страницы наших задач по возрастанию срока."""
        self.state.before("held")
        ours = [task for task in self._visible(topics) if task.worker_id == self._worker_id]
        terms = sorted((task.locked_until, task.id) for task in ours if task.locked_until is not None)
        border = None if beyond is None else self.state.now() + beyond
        ids = [task_id for term, task_id in terms if border is None or term > border]
        for start in range(0, len(ids), self._page_size):
            page = ids[start : start + self._page_size]
            yield [self.state.tasks[task_id] for task_id in page if task_id in self.state.tasks]

    async def get(self, task_id: str) -> ExternalTask | None:
        """Прочитать задачу."""
        self.state.before("get")
        return self.state.tasks.get(task_id)

    async def fate(self, task: ExternalTask) -> Fate:
        """Судьба задачи."""
        self.state.before("fate")
        if task.id in self.state.tasks:
            return Fate.ALIVE
        if task.process_definition_id and task.process_definition_id not in self.state.definitions:
            return Fate.UNPROVED
        return self.state.fates.get(task.id, Fate.UNPROVED)

    async def hold(self, task: ExternalTask, span: timedelta) -> bool:
        """Запереть: свою, свободную, истёкшую; приостановленную тоже."""
        self.state.before("hold")
        found = self.state.tasks.get(task.id)
        if found is None:
            return False
        if found.worker_id != self._worker_id and self._is_locked(found):
            raise _locked(found)
        self._lock(found, span)
        self.state.after("hold")
        return True

    async def settle(self, task: ExternalTask, settlement: Settlement) -> bool:
        """Передать исход; истёкшая блокировка не мешает."""
        self.state.before("settle")
        found = self.state.tasks.get(task.id)
        if found is None:
            return False
        if found.worker_id != self._worker_id:
            raise _locked(found)
        if found.suspended:
            raise Suspended("Движок в памяти: процесс задачи приостановлен.")
        self._apply(found, settlement)
        self.state.settled.append(Settled(found, self._worker_id, settlement, self.state.now()))
        self.state.after("settle")
        return True

    async def note(self, task: ExternalTask, values: Mapping[str, str]) -> None:
        """Записать локальные переменные задачи."""
        self.state.before("note")
        if task.id in self.state.tasks:
            self.state.notes.setdefault(task.id, {}).update(values)

    async def file(self, task: ExternalTask, name: str, *, most: int) -> bytes | None:
        """Содержимое переменной File."""
        self.state.before("file")
        found = self._kept(task).get(name) if task.id in self.state.tasks else None
        if found is None:
            return None
        if found.type is not VariableType.FILE or not isinstance(found.value, bytes):
            raise Reject(f"Движок в памяти: переменная «{name}» — не файл.")
        if len(found.value) > most:
            raise TooLarge(f"Движок в памяти: файл в переменной «{name}» больше {most} байтов.")
        return found.value

    def now(self) -> datetime | None:
        """Часы движка."""
        return self.state.now()

    def _visible(self, topics: Collection[str]) -> list[ExternalTask]:
        tenant = self._tenant
        return [task for task in self.state.tasks.values() if task.topic in topics and tenant in {None, task.tenant_id}]

    def _take(self, topics: Collection[str], limit: int, lease: timedelta) -> list[Fetched]:
        free = [task for task in self._visible(topics) if self._is_free(task)]
        free.sort(key=lambda task: -task.priority)
        return [Fetched(self._lock(task, lease), self._variables(task)) for task in free[:limit]]

    def _is_free(self, task: ExternalTask) -> bool:
        return not (task.suspended or task.is_incident or self._is_locked(task))

    def _is_locked(self, task: ExternalTask) -> bool:
        return task.locked_until is not None and task.locked_until > self.state.now()

    def _lock(self, task: ExternalTask, span: timedelta) -> ExternalTask:
        locked = replace(task, worker_id=self._worker_id, locked_until=self.state.now() + span)
        self.state.tasks[task.id] = locked
        return locked

    def _variables(self, task: ExternalTask) -> Variables:
        return {name: _fetched(variable) for name, variable in self._kept(task).items()}

    def _kept(self, task: ExternalTask) -> Variables:
        return {**self.state.instances[task.process_instance_id], **self.state.local_variables[task.id]}

    def _apply(self, task: ExternalTask, settlement: Settlement) -> None:
        match settlement:
            case Failure():
                self._fail(task, settlement)
            case Completed():
                self._leave(task, settlement, settlement.variables, Fate.COMPLETED)
            case Refused():
                self._leave(task, settlement, settlement.variables, Fate.CANCELLED)

    def _fail(self, task: ExternalTask, failure: Failure) -> None:
        if failure.retries < 0:
            raise Reject("Движок в памяти: число попыток не бывает отрицательным.")
        self.state.tasks[task.id] = replace(
            task,
            retries=failure.retries,
            error_message=clean_text(failure.message)[:_ERROR_MESSAGE_LIMIT],
            locked_until=self.state.now() + failure.retry_in,
        )

    def _leave(self, task: ExternalTask, settlement: Settlement, variables: Variables, fate: Fate) -> None:
        instance = self.state.instances[task.process_instance_id]
        before = dict(instance)
        instance.update({name: stored(variable) for name, variable in variables.items()})
        try:
            self.state.next_step(task, settlement)
        except Exception:
            instance.clear()
            instance.update(before)
            raise
        self.state.remove(task, fate)


def _fetched(variable: Variable) -> Variable:
    """A fetch names a file and does not hand its content over."""
    return replace(variable, value=None) if variable.type is VariableType.FILE else variable


def _locked(task: ExternalTask) -> LockedByOther:
    return LockedByOther("Движок в памяти: задачу держит другой работник или никто.", worker=task.worker_id)
