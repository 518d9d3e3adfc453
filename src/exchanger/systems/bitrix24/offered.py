"""Варианты ответа элемента: чего нет в списке портала, того исполнитель не выберет, и узнают об этом через недели."""

from __future__ import annotations

from collections.abc import Iterable

from exchanger.domain.errors import Reject
from exchanger.systems.bitrix24.answers import AnswerTexts
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.custom_fields import RESULT_ANSWER
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.question import same_answer


async def require_offered(params: CreateTaskParams, capabilities: Capabilities, texts: AnswerTexts) -> None:
    """`Reject` — предложенного варианта на портале нет; перед отказом список перечитан."""
    if not (params.result_expected and params.result_answers and capabilities.has(RESULT_ANSWER)):
        return
    if not _absent(params.result_answers, await texts.all(fresh=False)):
        return
    if absent := _absent(params.result_answers, await texts.all()):
        raise Reject(
            f"Битрикс24: в списке {RESULT_ANSWER} нет вариантов ответа этого элемента: {', '.join(absent)}.",
            remedy=f"добавьте их в список {RESULT_ANSWER} на портале или исправьте UF_RESULT_ANSWERS элемента.",
        )


def _absent(wanted: Iterable[str], listed: Iterable[str]) -> list[str]:
    known = {same_answer(each) for each in listed}
    return [f"«{each}»" for each in wanted if same_answer(each) not in known]
