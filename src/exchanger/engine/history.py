"""Судьба внешней задачи: отсутствие в списке ничего не доказывает, нужны определение процесса и история."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from exchanger.domain.task import ExternalTask, Fate
from exchanger.engine.errors import error_of, is_gone
from exchanger.engine.http import Call, EngineHttp, Request


class TaskHistory:
    """Вопросы движку о задаче, которой больше нет."""

    def __init__(self, http: EngineHttp) -> None:
        self._http = http

    async def fate(self, task: ExternalTask) -> Fate:
        """Судьба задачи, о которой движок уже ответил своим 404.

        Доказательство: определение процесса на месте (та же база), а журнал говорит об этой задаче одно и только одно.
        BPMN-ошибка для журнала — удаление, то есть `CANCELLED`. Задачу, известную только по id (её объект снова
        открыли), определяет сам журнал.
        """
        log = await self._log(task.id)
        definition = task.process_definition_id or next((str(entry.get("processDefinitionId")) for entry in log), "")
        if not definition or not await self._has_definition(definition):
            return Fate.UNPROVED
        instance = task.process_instance_id
        if instance and any(entry.get("processInstanceId") != instance for entry in log):
            return Fate.UNPROVED
        completed = any(entry.get("successLog") for entry in log)
        deleted = any(entry.get("deletionLog") for entry in log)
        if completed == deleted:
            return Fate.UNPROVED
        return Fate.COMPLETED if completed else Fate.CANCELLED

    async def _has_definition(self, definition_id: str) -> bool:
        answer = await self._http.send(Request("GET", ("process-definition", definition_id)))
        if is_gone(answer, definition_id):
            return False
        if answer.status != HTTPStatus.OK or not answer.done:
            raise error_of(self._http.name, answer, Call.READ)
        return True

    async def _log(self, task_id: str) -> list[dict[str, Any]]:
        request = Request("POST", ("history", "external-task-log"), json={"externalTaskId": task_id})
        answer = await self._http.send(request)
        if not answer.done or not isinstance(answer.body, list):
            raise error_of(self._http.name, answer, Call.READ)
        return answer.body
