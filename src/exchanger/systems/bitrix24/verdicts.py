"""Исход задачи для процесса: переменные §4.4 и ответ, который никогда не угадывается."""

from __future__ import annotations

from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.task import ExternalTask, Metadata, ObjectState, Snapshot
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variables
from exchanger.systems.bitrix24.answers import AnswerTexts
from exchanger.systems.bitrix24.question import Question, question_of
from exchanger.systems.bitrix24.reports import Reports, Unread

DECLINED = "BITRIX_DECLINED"
DELETED = "BITRIX_DELETED"
DEADLINE_PASSED = "BITRIX_DEADLINE"

_REMEDY = (
    "Что делать: возобновите задачу в Битрикс24, выберите ответ ДА или НЕТ, завершите её и повторите внешнюю задачу "
    "(retries = 1)."
)
_ANEW = "возобновите задачу, выберите вариант, завершите её и повторите внешнюю задачу (retries = 1)."
_REREAD = "Что делать: устраните причину на портале и повторите внешнюю задачу (retries = 1)."


async def outcome(
    found: Snapshot, task: ExternalTask, metadata: Metadata, texts: AnswerTexts, reports: Reports
) -> Outcome:
    """Исход завершённой или отклонённой задачи."""
    if found.state is ObjectState.REFUSED:
        return Refused(DECLINED, f"Задача Битрикс24 №{found.ref.id} отклонена исполнителем: {found.ref.link}")
    question = question_of(metadata)
    answer = await _answer(found, task, question, texts) if await _expects(found, question, texts) else {}
    if isinstance(answer, Failed):
        return answer
    try:
        told = await reports.of(found, task.activity_id)
    except Unread as error:
        return _doubtful(found, str(error).rstrip("."), _REREAD)
    return Completed({**told, **_common(found), **answer})


async def _answer(found: Snapshot, task: ExternalTask, question: Question, texts: AnswerTexts) -> Variables | Failed:
    given = str(found.details.get("answer", ""))
    if not given:
        return _doubtful(found, "ответ ДА/НЕТ ожидается, но не выбран")
    text = await texts.text(given)
    if text is None:
        return _doubtful(found, f"ответ — вариант №{given}, которого портал в списке UF_RESULT_ANSWER не показывает")
    meaning = question.meaning(text)
    if meaning is None and question.offered:
        options = ", ".join(question.offered.values())
        remedy = f"Что делать: добавьте в список UF_RESULT_ANSWER варианты вопроса ({options}), {_ANEW}"
        return _doubtful(found, "выбранного ответа нет среди вариантов вопроса", remedy)
    if meaning is None:
        return _doubtful(found, "текст выбранного ответа — не ДА и не НЕТ")
    return {task.activity_id: typed(meaning)}


def _common(found: Snapshot) -> Variables:
    return {
        "bitrix_task_id": typed(found.ref.id),
        "bitrix_task_title": typed(str(found.details.get("title", ""))),
        "bitrix_task_status": typed(str(found.details.get("status", ""))),
        "bitrix_task_responsible_id": typed(str(found.details.get("responsible", ""))),
    }


async def _expects(found: Snapshot, question: Question, texts: AnswerTexts) -> bool:
    """Ждёт ли процесс ответа: по самой задаче, а если портал этого не хранит — по диаграмме."""
    own = found.details.get("expected")
    if isinstance(own, bool):
        return own
    if question.expected is not None:
        return question.expected
    # Only the creation saw what the engine had computed; it refuses to ask where the portal has no list of answers.
    return bool(found.details.get("answer")) or bool(await texts.all())


def _doubtful(found: Snapshot, what: str, remedy: str = _REMEDY) -> Failed:
    return Failed(f"Задача Битрикс24 №{found.ref.id} завершена, но {what}. {found.ref.link} {remedy}")
