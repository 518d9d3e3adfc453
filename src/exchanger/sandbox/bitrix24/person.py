"""Действия людей в карточке задачи: те же правила, что у REST, плюс требования карточки."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24 import records, workflow, writing
from exchanger.sandbox.bitrix24.errors import core, not_allowed
from exchanger.sandbox.bitrix24.machine import Action
from exchanger.sandbox.bitrix24.userfields import RESULT_ANSWER, read_value

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.model import Comment, Result, Task, User
    from exchanger.sandbox.bitrix24.portal import Portal


@dataclass(frozen=True, slots=True)
class Person:
    """Сотрудник за экраном; отказ портала - RestError."""

    portal: Portal
    user: User

    def open(self, task_id: int) -> Task:
        """Открывает карточку: задача считается просмотренной."""
        task = self.portal.require(self.user, task_id)
        task.viewed_by |= {self.user.id}
        return task

    def act(self, task_id: int, action: Action) -> Task:
        """Нажимает кнопку действия."""
        return workflow.act(self.portal, self.user, task_id, action, in_card=True)

    def start(self, task_id: int) -> Task:
        """Начинает выполнение."""
        return self.act(task_id, Action.START)

    def pause(self, task_id: int) -> Task:
        """Приостанавливает."""
        return self.act(task_id, Action.PAUSE)

    def complete(self, task_id: int) -> Task:
        """Завершает; при контроле постановщика задача ждёт его одобрения."""
        return self.act(task_id, Action.COMPLETE)

    def approve(self, task_id: int) -> Task:
        """Принимает работу."""
        return self.act(task_id, Action.APPROVE)

    def disapprove(self, task_id: int) -> Task:
        """Возвращает на доработку."""
        return self.act(task_id, Action.DISAPPROVE)

    def decline(self, task_id: int) -> Task:
        """Отказывается от задачи."""
        return self.act(task_id, Action.DECLINE)

    def defer(self, task_id: int) -> Task:
        """Откладывает."""
        return self.act(task_id, Action.DEFER)

    def reopen(self, task_id: int) -> Task:
        """Возобновляет закрытую задачу."""
        return self.act(task_id, Action.RENEW)

    def delegate(self, task_id: int, to: int) -> Task:
        """Передаёт другому исполнителю."""
        return workflow.delegate(self.portal, self.user, task_id, to)

    def delete(self, task_id: int) -> None:
        """Удаляет задачу."""
        workflow.delete(self.portal, self.user, task_id)

    def edit(self, task_id: int, fields: dict[str, Any]) -> Task:
        """Правит поля (имена как в REST)."""
        return writing.update(self.portal, self.user, task_id, fields)

    def create(self, fields: dict[str, Any]) -> Task:
        """Ставит задачу от своего имени."""
        return writing.create(self.portal, self.user, fields)

    def hide(self, task_id: int, *observers: int) -> Task:
        """Скрывает задачу от людей: они теряют доступ, хотя задача есть."""
        task = self.portal.require(self.user, task_id)
        task.hidden_from |= frozenset(observers)
        return task

    def reveal(self, task_id: int, *observers: int) -> None:
        """Возвращает доступ."""
        task = self.portal.store.get(task_id)
        if task is None:
            raise not_allowed()
        task.hidden_from -= frozenset(observers)

    def answer(self, task_id: int, answer: str) -> Task:
        """Отвечает на вопрос задачи текстом варианта (`ДА`) или его номером."""
        task = self.portal.require(self.user, task_id)
        known = self.portal.user_fields.get(RESULT_ANSWER)
        if known is None:
            raise core(f"Field {RESULT_ANSWER} does not exist")
        number = self.portal.user_fields.answer_id(answer)
        value = read_value(known, answer if number is None else number)
        self.portal.note(task_id, self.user, RESULT_ANSWER, task.user_fields.get(RESULT_ANSWER), value)
        task.user_fields[RESULT_ANSWER] = value
        workflow.saved(self.portal, self.user, task)
        return task

    def add_result(self, task_id: int, text: str, *files: int) -> Result:
        """Пишет результат, при желании с файлами Диска."""
        return records.add_result(self.portal, self.user, task_id, text, files)

    def comment(self, task_id: int, text: str) -> Comment:
        """Пишет комментарий."""
        return records.add_comment(self.portal, self.user, task_id, text)
