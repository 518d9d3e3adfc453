"""Что пишет автор системы для проверки: операция и рычаги её стенда."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from exchanger.connect import Work, WorkPromise
from exchanger.domain.errors import OutcomeUnknown, Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, Order, Snapshot
from exchanger.testing.contract.clock import JumpClock
from exchanger.testing.proxy import HttpFaultProxy

_TRIES = 8


class WorkWorld(ABC):
    """Проверяемая операция и рычаги её стенда; между ними — прокси отказов."""

    work: Work[Any]
    promise: WorkPromise = WorkPromise.MARKED
    proxy: HttpFaultProxy
    clock: JumpClock
    quarantine: timedelta
    secret: str
    shows_what_was_told: bool = True
    """False — система не отдаёт сказанного: оборванное сообщение может повториться один раз."""
    create_path: str
    """Регулярное выражение пути создающего запроса (POST)."""
    search_path: str
    """Регулярное выражение путей читающих запросов."""
    search_method: str = "POST"
    """Метод читающих запросов."""

    @abstractmethod
    def order(self, task_id: str) -> Order:
        """Заявка, которую можно выполнить."""

    @abstractmethod
    def bad_order(self, task_id: str) -> tuple[Order, Sequence[str]]:
        """Заявка с несколькими ошибками и слова, которые ошибка обязана назвать."""

    @abstractmethod
    def objects(self, key: Key) -> int:
        """Сколько объектов с этим ключом на самом деле в системе."""

    @abstractmethod
    def finish(self, ref: ObjectRef) -> None:
        """Человек завершает объект."""

    @abstractmethod
    def refuse(self, ref: ObjectRef) -> None:
        """Человек отклоняет объект."""

    @abstractmethod
    def delete(self, ref: ObjectRef) -> None:
        """Человек удаляет объект."""

    @abstractmethod
    def strangers(self, count: int) -> None:
        """Появляются чужие объекты."""

    @abstractmethod
    def lag(self, seconds: float) -> None:
        """С этого мига новые объекты находятся только через столько секунд."""

    @abstractmethod
    def ignore_search(self) -> None:
        """С этого мига система пропускает отбор по ключу мимо ушей и отдаёт всё подряд."""

    @abstractmethod
    def notices(self, ref: ObjectRef) -> int:
        """Сколько наших сообщений в объекте."""

    @abstractmethod
    def title(self, ref: ObjectRef) -> str:
        """Название объекта, каким его хранит система."""

    def named(self, task_id: str, text: str) -> Order:
        """Заявка, чей объект называется так; обычно название — имя элемента диаграммы."""
        order = self.order(task_id)
        return replace(order, metadata=replace(order.metadata, activity_name=text))

    def key(self, task_id: str) -> Key:
        """Ключ внешней задачи с таким id."""
        return Key("test", "main", task_id)

    async def make(self, task_id: str, text: str = "") -> Snapshot:
        """Что делает creator: искать, создать, после сомнения искать снова не раньше карантина."""
        order = self.named(task_id, text) if text else self.order(task_id)
        key, params = self.key(task_id), self.work.prepare(order)
        for _ in range(_TRIES):
            try:
                found = await self.work.find([key])
                made = found[0] if found else await self.work.create(key, params)
                await self.work.finish(made, params)
            except OutcomeUnknown:
                await self.proxy.settled()
                self.clock.jump(self.quarantine.total_seconds())
            except (Retry, SystemPaused) as error:
                self.clock.jump((error.after or timedelta(seconds=5)).total_seconds())
            else:
                return made
        raise AssertionError("не создано")
