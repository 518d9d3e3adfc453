"""Ответ «да/нет» предшественника: C3, C4 — непонятое и отсутствующее никогда не становится «нет»."""

from __future__ import annotations

import pytest

from exchanger.domain.outcome import Completed, Failed
from exchanger.domain.task import Metadata
from exchanger.domain.typed import typed
from exchanger.domain.variables import JsonValue
from exchanger.wire.answer import answer_of

EXPECTS = Metadata(extension_properties={"UF_RESULT_EXPECTED": "true"})


def _answer(task: dict[str, JsonValue], metadata: Metadata = Metadata(), activity: str = "A") -> Completed | Failed:  # noqa: B008 - frozen
    outcome = answer_of({"result": {"task": task}}, activity, metadata)
    assert isinstance(outcome, Completed | Failed)
    return outcome


@pytest.mark.parametrize(("text", "code"), [("ДА", "ok"), ("да", "ok"), (" Да ", "ok"), ("НЕТ", "no"), ("нет", "no")])
@pytest.mark.parametrize("said", [True, 1, "1", "y", "yes", "true", "да", "Y"])
def test_an_expected_answer_becomes_the_variable_of_the_element(text: str, code: str, said: JsonValue) -> None:
    outcome = _answer({"ufResultExpected": said, "ufResultAnswer_text": text})
    assert outcome == Completed({"A": typed(code)})


@pytest.mark.parametrize("text", ["26", "27", 26, "возможно", "ok", "no", "yes", True, ["ДА"], {}])
def test_c3_an_unresolved_answer_is_a_failure_for_a_person(text: JsonValue) -> None:
    outcome = _answer({"ufResultExpected": "1", "ufResultAnswer_text": text})
    assert isinstance(outcome, Failed)
    assert "не распознан" in outcome.message
    assert outcome.retry_in is None


@pytest.mark.parametrize("task", [{}, {"ufResultAnswer_text": None}, {"ufResultAnswer_text": ""}])
def test_c4_a_missing_answer_is_a_failure_for_a_person(task: dict[str, JsonValue]) -> None:
    outcome = _answer({"ufResultExpected": "1", **task})
    assert isinstance(outcome, Failed)
    assert "без ответа" in outcome.message
    assert outcome.retry_in is None


def test_c5_the_diagrams_expectation_counts_when_the_task_says_nothing() -> None:
    assert isinstance(_answer({"id": "5"}, EXPECTS), Failed)
    assert _answer({"ufResultAnswer_text": "НЕТ"}, EXPECTS) == Completed({"A": typed("no")})


@pytest.mark.parametrize("said", [False, "0", "N", "нет", 0])
def test_when_no_answer_is_expected_the_variable_is_not_created(said: JsonValue) -> None:
    assert _answer({"ufResultExpected": said, "ufResultAnswer_text": "ДА"}, EXPECTS) == Completed({})
    assert _answer({"ufResultAnswer_text": "ДА"}) == Completed({})


def test_upper_case_fields_are_read() -> None:
    task: dict[str, JsonValue] = {"ID": 5, "TITLE": "т", "UF_RESULT_EXPECTED": "Y", "UF_RESULT_ANSWER_TEXT": "ДА"}
    expected = {"bitrix_task_id": typed("5"), "bitrix_task_title": typed("т"), "A": typed("ok")}
    assert _answer(task) == Completed(expected)


def test_answers_without_an_element_to_name_them_are_a_failure_not_a_loss() -> None:
    questionnaires: JsonValue = {"items": [{"CODE": "q", "questions": [{"CODE": "x", "answer": "v"}]}]}
    outcome = answer_of({"result": {"task": {}, "questionnaires": questionnaires}}, "", Metadata())
    assert isinstance(outcome, Failed)
    assert "activity_id" in outcome.message
