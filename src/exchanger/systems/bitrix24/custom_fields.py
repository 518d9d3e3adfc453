"""Пользовательские поля задач, о которых договорились с порталом (они же — у прежней системы)."""

from __future__ import annotations

RESULT_EXPECTED = "UF_RESULT_EXPECTED"
RESULT_QUESTION = "UF_RESULT_QUESTION"
RESULT_ANSWER = "UF_RESULT_ANSWER"
RESULT_ANSWERS = "UF_RESULT_ANSWERS"
ELEMENT_ID = "UF_ELEMENT_ID"
PROCESS_INSTANCE_ID = "UF_PROCESS_INSTANCE_ID"
