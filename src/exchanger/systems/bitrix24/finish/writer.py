"""Выполнение шагов по порядку: что можно — пакетами, остальное по одному; сделанное один раз не повторяется.

Пакет останавливается на первом отказе, поэтому пункт, чей чек-лист не создан, не станет сам новым чек-листом.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from exchanger.connect import Intent
from exchanger.domain.errors import OutcomeUnknown
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.batch import send
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, module_refusal
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.errors import Verdict, lacks_rights, to_error, verdict
from exchanger.systems.bitrix24.finish.steps import Step
from exchanger.systems.bitrix24.foreign import as_int

AT_ONCE = 20
"""Пишущих команд в пакете: портал обрывает запрос на 60-й секунде, а одна запись бывает дольше секунды."""

_ALREADY = "ILLEGAL_NEW_LINK"


class Writer:
    """Исполнитель шагов одной задачи."""

    def __init__(self, api: BitrixApi, remarks: Remarks) -> None:
        self._api = api
        self._remarks = remarks
        self._made: dict[str, int] = {}
        self._lost: set[str] = set()

    async def run(self, steps: Sequence[Step]) -> None:
        """Выполнить шаги. Неизвестный исход и временный отказ бросаются: повтор начнётся с чтения сделанного."""
        left = deque(steps)
        while left:
            step = left[0].after(self._made)
            if step.command.refs() & self._lost:
                left.popleft()
                self._lose(step, "не создан его чек-лист или пункт")
            elif len(chunk := self._chunk(left)) > 1:
                await self._together(chunk, left)
            else:
                left.popleft()
                method = step.command.method
                self._settle(step, await self._api.ask(method, step.command.params, intent=Intent.CREATE))

    def _chunk(self, left: Sequence[Step]) -> list[Step]:
        """Шаги подряд, годные для одного пакета: без `$` и со ссылками только на сделанное или на этот же пакет."""
        chunk: list[Step] = []
        for waiting in left:
            step = waiting.after(self._made)
            inside = {each.label for each in chunk}
            if len(chunk) == AT_ONCE or not step.command.fits() or not step.command.refs() <= inside:
                break
            chunk.append(step)
        return chunk

    async def _together(self, chunk: Sequence[Step], left: deque[Step]) -> None:
        named = {step.label: step.command for step in chunk}
        answers = await send(self._api, named, intent=Intent.CREATE, halt=True)
        if chunk[0].label not in answers:
            raise OutcomeUnknown("Битрикс24, batch: портал не сказал, что из шагов задачи выполнено.")
        for step in chunk:
            if step.label not in answers:
                return  # the portal stopped at the refusal before it
            left.popleft()
            self._settle(step, answers[step.label])

    def _settle(self, step: Step, answer: Answer) -> None:
        """Запомнить сделанное или сказать об отказе; неизвестный исход бросить."""
        if isinstance(answer, Envelope):
            said = module_refusal(answer)
            number = as_int(answer.result)
            if said is None and answer.result is not False:
                if number is not None:
                    self._made[step.label] = number
                return
            self._lose(step, said or "портал не выполнил запрос")
        elif step.optional or verdict(answer) is Verdict.PERMANENT or lacks_rights(answer):
            self._lose(step, f"{answer.text or 'отказ без объяснения'} [{answer.code or answer.status}]")
        else:
            raise to_error(answer, step.command.method, Intent.CREATE)

    def _lose(self, step: Step, why: str) -> None:
        self._lost.add(step.label)
        if not step.quiet and _ALREADY not in why:
            self._remarks.add(step.what, why)
