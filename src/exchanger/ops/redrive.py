"""Что значит «повторить» запись очереди ошибок, и само повторение.

Неудаче заявки назначается новая попытка в движке: задача берётся заново, с нынешними переменными, и вчерашнее сообщение
не воскресает. Ответ, которого движок ещё ждёт, возвращается в очередь ответов каким был.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from exchanger.bus.rabbitmq.pile import Held
from exchanger.bus.rabbitmq.session import Session
from exchanger.domain.errors import DeadLetter
from exchanger.domain.task import ExternalTask
from exchanger.engine.client import RestEngine
from exchanger.ops.dead_letter import ADDED, Entry
from exchanger.wire import Ignored, decode_response
from exchanger.wire.names import Names

ONE_ATTEMPT = 1


class Remedy(StrEnum):
    """Что сделает `redrive`."""

    RETRY = "попытка в движке"
    RETURN = "вернуть ответ"
    CLEAR = "убрать: уже повторяется"
    NOTHING = "ничего"


@dataclass(frozen=True, slots=True)
class Decision:
    """Решение о записи и почему оно такое."""

    remedy: Remedy
    why: str

    @property
    def acts(self) -> bool:
        """Изменит ли `redrive` что-нибудь."""
        return self.remedy is not Remedy.NOTHING


class Redrive:
    """Решает и повторяет. `tenant` — наш арендатор движка (None — все)."""

    def __init__(self, engine: RestEngine, session: Session, names: Names, tenant: str | None) -> None:
        self._engine = engine
        self._session = session
        self._names = names
        self._tenant = tenant

    async def decide(self, entry: Entry) -> Decision:
        """Решить, спросив движок; ничего не меняет."""
        record = entry.record
        is_answer = record.source_queue == self._names.responses_queue
        unreadable = _unreadable(record.original) if is_answer else ""
        if unreadable:
            return Decision(Remedy.NOTHING, unreadable)
        if not record.task_id:
            return Decision(Remedy.NOTHING, "в записи нет id внешней задачи: повторять нечего, её можно только убрать")
        task = await self._engine.get(record.task_id)
        if task is None:
            return Decision(Remedy.NOTHING, "внешней задачи в движке нет (завершена или отменена): можно только убрать")
        if self._tenant is not None and task.tenant_id != self._tenant:
            return Decision(Remedy.NOTHING, f"внешняя задача чужого арендатора «{task.tenant_id or 'без арендатора'}»")
        if is_answer:
            return Decision(Remedy.RETURN, "внешняя задача ждёт: ответ вернётся в очередь ответов каким был")
        return _for_task(task)

    async def carry_out(self, entry: Entry, held: Held, decision: Decision) -> None:
        """Выполнить решение, потом убрать запись: обрыв между ними повторит действие, но ничего не потеряет."""
        match decision.remedy:
            case Remedy.RETRY:
                await self._engine.admin.set_retries(entry.record.task_id, ONE_ATTEMPT)
            case Remedy.RETURN:
                await self._session.send(self._names.responses_address, held.copy(entry.record.original, without=ADDED))
            case Remedy.NOTHING:
                return
        await held.remove()


def _for_task(task: ExternalTask) -> Decision:
    if task.is_incident:
        return Decision(Remedy.RETRY, "внешняя задача стоит инцидентом: получит одну попытку и будет взята заново")
    return Decision(Remedy.CLEAR, "внешняя задача уже не инцидент: попытки у неё есть, запись больше не нужна")


def _unreadable(original: bytes) -> str:
    try:
        response = decode_response(original)
    except DeadLetter as error:
        return f"ответ не прочитать ({error}): можно только убрать, исход задать в движке вручную"
    return f"ответ ничего не завершает: {response.reason}" if isinstance(response, Ignored) else ""
