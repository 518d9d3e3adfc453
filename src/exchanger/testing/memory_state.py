"""База движка в памяти: задачи, экземпляры, журнал и сбои по заказу теста."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from exchanger.domain.errors import Reject
from exchanger.domain.outcome import Settlement
from exchanger.domain.task import ExternalTask, Fate
from exchanger.domain.typed import STRING_LIMIT, from_rest, to_rest
from exchanger.domain.variables import Variable, Variables, VariableType
from exchanger.ports import Clock


@dataclass(frozen=True, slots=True)
class Settled:
    """Принятый исход: задача, какой она была, кто и что передал, когда."""

    task: ExternalTask
    worker_id: str
    settlement: Settlement
    at: datetime


def _nothing(_task: ExternalTask, _settlement: Settlement) -> None:
    """Следующего шага нет."""


def _no_fault(_call: str) -> None:
    """Сбоев нет."""


@dataclass(slots=True)
class MemoryEngineState:
    """База движка; взглядов на неё (`MemoryEngine`) может быть много.

    `next_step(task, settlement)` зовётся при complete и bpmnError внутри «транзакции»: может добавить задачи, а ошибка
    (`NextStepRefused`, `Retry`) откатывает исход. `before(call)` и `after(call)` — сбои: ошибка до или после действия;
    `call` — имя метода порта. `history=False` — движок не ведёт журнал.
    """

    clock: Clock
    history: bool = True
    next_step: Callable[[ExternalTask, Settlement], None] = _nothing
    before: Callable[[str], None] = _no_fault
    after: Callable[[str], None] = _no_fault
    tasks: dict[str, ExternalTask] = field(default_factory=dict)
    settled: list[Settled] = field(default_factory=list)
    notes: dict[str, dict[str, str]] = field(default_factory=dict)
    instances: dict[str, dict[str, Variable]] = field(default_factory=dict)
    local_variables: dict[str, Variables] = field(default_factory=dict)
    definitions: set[str] = field(default_factory=set)
    fates: dict[str, Fate] = field(default_factory=dict)
    _number: count[int] = field(default_factory=lambda: count(1))
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def add_task(
        self,
        topic: str,
        variables: Variables | None = None,
        *,
        local_variables: Variables | None = None,
        process_instance_id: str | None = None,
        process_definition_id: str = "process:1:memory",
        activity_id: str = "task",
        tenant_id: str | None = None,
        priority: int = 0,
        business_key: str | None = None,
    ) -> ExternalTask:
        """Создать задачу (и экземпляр, если его нет) и разбудить ждущие опросы."""
        number = next(self._number)
        instance = process_instance_id or f"instance-{number}"
        task = ExternalTask(
            id=f"task-{number}",
            topic=topic,
            process_instance_id=instance,
            process_definition_id=process_definition_id,
            process_definition_key=process_definition_id.partition(":")[0],
            activity_id=activity_id,
            activity_instance_id=f"{activity_id}:{number}",
            execution_id=f"execution-{number}",
            created=self.now(),
            tenant_id=tenant_id,
            priority=priority,
            business_key=business_key,
        )
        self.tasks[task.id] = task
        self.definitions.add(process_definition_id)
        self.instances.setdefault(instance, {}).update(variables or {})
        self.local_variables[task.id] = local_variables or {}
        self.wake()
        return task

    def now(self) -> datetime:
        """Часы движка, до миллисекунд."""
        moment = self.clock.now()
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def cancel(self, task_id: str) -> None:
        """Отменить задачу, как таймер на границе или удаление экземпляра."""
        self.remove(self.tasks[task_id], Fate.CANCELLED)

    def remove(self, task: ExternalTask, fate: Fate) -> None:
        """Убрать задачу; её судьбу запомнит журнал, если он ведётся."""
        del self.tasks[task.id]
        self.notes.pop(task.id, None)
        if self.history:
            self.fates[task.id] = fate

    def suspend(self, process_instance_id: str, *, suspended: bool = True) -> None:
        """Приостановить или возобновить экземпляр."""
        for task in list(self.tasks.values()):
            if task.process_instance_id == process_instance_id:
                self.tasks[task.id] = replace(task, suspended=suspended)

    def unlock(self, task_id: str) -> None:
        """Отпереть задачу; будит ждущие опросы."""
        self.tasks[task_id] = replace(self.tasks[task_id], worker_id=None, locked_until=None)
        self.wake()

    def set_retries(self, task_id: str, retries: int) -> None:
        """Назначить попытки; ждущие опросы этого не замечают, как и у настоящего движка."""
        self.tasks[task_id] = replace(self.tasks[task_id], retries=retries)

    @property
    def incidents(self) -> list[ExternalTask]:
        """Задачи с исчерпанными попытками."""
        return [task for task in self.tasks.values() if task.is_incident]

    def wake(self) -> None:
        """Разбудить ждущие опросы."""
        self._wake.set()
        self._wake = asyncio.Event()

    async def until_woken(self, wait: timedelta) -> None:
        """Ждать события, но не дольше `wait` по часам."""
        waiters = {
            asyncio.ensure_future(self._wake.wait()),
            asyncio.ensure_future(self.clock.sleep(wait.total_seconds())),
        }
        try:
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiter in waiters:
                waiter.cancel()
                with suppress(asyncio.CancelledError):
                    await waiter


def stored(variable: Variable) -> Variable:
    """Переменная после движка: то, что вернула бы следующая выборка (содержимого файла она не отдаёт)."""
    text = variable.value if variable.type is VariableType.STRING else None
    if isinstance(text, str) and len(text.encode("utf-16-le")) // 2 > STRING_LIMIT:
        raise Reject("Движок в памяти: значение не помещается в базу.")
    if variable.type is VariableType.FILE and variable.value is None:
        raise Reject("Исход нельзя передать движку: файл без содержимого.")
    try:
        raw = to_rest(variable)
    except ValueError as error:
        raise Reject(f"Исход нельзя передать движку: {error}.") from error
    return variable if variable.type is VariableType.FILE else from_rest(raw)
