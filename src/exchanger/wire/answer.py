"""Ответ в форме предшественника (§3.3) → исход с переменными, которых ждут диаграммы, и никакими другими."""

from __future__ import annotations

from collections.abc import Mapping

from exchanger.domain.outcome import Completed, Failed, Outcome
from exchanger.domain.task import Metadata
from exchanger.domain.typed import typed
from exchanger.domain.variables import JsonValue, Variable
from exchanger.wire.envelope import task_field
from exchanger.wire.json_body import JsonObject, object_at
from exchanger.wire.questionnaires import has_answers, questionnaire_variables

_TRUE = frozenset({"true", "1", "y", "yes", "да"})
_ANSWERS: Mapping[str, str] = {"ДА": "ok", "НЕТ": "no"}
_EXPECTED = ("ufResultExpected", "UF_RESULT_EXPECTED")
_ANSWER = ("ufResultAnswer_text", "UF_RESULT_ANSWER_TEXT", "UF_RESULT_ANSWER_text")
_SHOWN = 60


def answer_of(response_data: JsonObject | Mapping[str, object], activity_id: str, metadata: Metadata) -> Outcome:
    """Исход задачи, закрытой в системе. Ответ, которого ждали и не поняли, — неудача для человека, а не «нет»."""
    task = object_at(response_data, "result", "task")
    blocks = object_at(response_data, "result", "questionnaires")
    expected = _expected(task, metadata)
    if not activity_id and (expected or has_answers(blocks)):
        return Failed("В ответе нет id элемента диаграммы (activity_id): ответы некуда записать.")
    variables = _task_variables(response_data) | questionnaire_variables(blocks, activity_id)
    if not expected:
        return Completed(variables)
    text = _first(task, _ANSWER)
    code = _ANSWERS.get(text.strip().upper()) if isinstance(text, str) else None
    return _unanswered(text) if code is None else Completed({**variables, activity_id: typed(code)})


def _task_variables(response_data: Mapping[str, object]) -> dict[str, Variable]:
    found = {name: task_field(response_data, name) for name in ("id", "title", "status")}
    return {f"bitrix_task_{name}": typed(value) for name, value in found.items() if value is not None}


def _expected(task: JsonObject, metadata: Metadata) -> bool:
    """Ждали ли ответа: как говорит задача, а если она молчит — как говорит диаграмма."""
    said = _first(task, _EXPECTED)
    if said is None:
        said = metadata.extension_properties.get("UF_RESULT_EXPECTED")
    return str(said).strip().lower() in _TRUE


def _unanswered(text: JsonValue) -> Failed:
    remedy = "Поставьте ответ в задаче и повторите попытку в Cockpit, либо задайте переменную элемента вручную."
    if text is None or text == "":
        return Failed(f"Задача закрыта без ответа, а диаграмма его ждёт. {remedy}")
    return Failed(f"Ответ «{str(text)[:_SHOWN]}» не распознан: ожидался «ДА» или «НЕТ». {remedy}")


def _first(task: JsonObject, names: tuple[str, ...]) -> JsonValue:
    return next((task[name] for name in names if task.get(name) is not None), None)
