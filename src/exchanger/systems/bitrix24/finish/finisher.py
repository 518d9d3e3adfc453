"""Доделать задачу: прочитать, что есть, записать недостающее, попросить модуль забрать экземпляр."""

from __future__ import annotations

from exchanger.connect import Intent
from exchanger.domain.errors import ExchangerError, TermLost
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.content.remarks import Remarks, refusal
from exchanger.systems.bitrix24.content.rounds import read_all
from exchanger.systems.bitrix24.finish.missing import missing
from exchanger.systems.bitrix24.finish.present import Present, PresentSource
from exchanger.systems.bitrix24.finish.steps import Step
from exchanger.systems.bitrix24.finish.wanted import Wanted, wanted
from exchanger.systems.bitrix24.finish.writer import Writer
from exchanger.systems.bitrix24.params import CreateTaskParams

_SYNC = "imena.camunda.sync"
_WHAT = "синхронизация модуля"


class Finisher:
    """Второстепенные шаги задач одного портала."""

    def __init__(self, api: BitrixApi) -> None:
        self._api = api

    async def finish(
        self, task_id: str, params: CreateTaskParams, content: Content, *, addon: bool, fresh: bool
    ) -> None:
        """Доделать задачу; у созданной только что (`fresh`) читать нечего."""
        goal = wanted(params, content, addon=addon)
        present = Present() if fresh or not goal else await self._present(task_id, goal, content.remarks)
        steps = list(missing(task_id, goal, present, fresh=fresh))
        if addon and steps:
            steps.append(Step("sync", _sync(params), _WHAT, optional=True))
        await Writer(self._api, content.remarks).run(steps)
        if addon and not steps:
            await self._sync(params, content.remarks)

    async def _present(self, task_id: str, goal: Wanted, remarks: Remarks) -> Present:
        source = PresentSource(task_id, goal, remarks)
        await read_all(self._api, [source])
        return source.present()

    async def _sync(self, params: CreateTaskParams, remarks: Remarks) -> None:
        """Просьба модулю, когда других шагов нет: её неудача задаче не мешает, но о ней сказано."""
        command = _sync(params)
        try:
            said = refusal(await self._api.ask(command.method, command.params, intent=Intent.IDEMPOTENT), _SYNC)
        except TermLost:
            raise
        except ExchangerError as error:
            said = str(error).partition(" Что делать:")[0]
        if said:
            remarks.add(_WHAT, said)


def _sync(params: CreateTaskParams) -> Command:
    return Command(_SYNC, {"processDefinitionKey": params.process_key, "processInstanceId": params.process_instance_id})
