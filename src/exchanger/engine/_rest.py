"""Формы JSON внешних задач."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from sys import intern
from typing import Any

from exchanger.domain.task import ExternalTask, Fetched
from exchanger.domain.typed import from_rest, to_rest
from exchanger.domain.variables import JsonValue, Variable, Variables, VariableType


def read_task(raw: Mapping[str, Any]) -> ExternalTask:
    """Внешняя задача из ответа выборки, списка или GET."""
    return ExternalTask(
        id=raw["id"],
        topic=intern(raw["topicName"]),
        process_instance_id=raw["processInstanceId"],
        process_definition_id=intern(raw["processDefinitionId"]),
        process_definition_key=intern(raw["processDefinitionKey"]),
        activity_id=intern(raw["activityId"]),
        activity_instance_id=raw.get("activityInstanceId") or "",
        execution_id=raw.get("executionId") or "",
        worker_id=_shared(raw.get("workerId")),
        locked_until=read_date(raw.get("lockExpirationTime")),
        created=read_date(raw.get("createTime")),
        retries=raw.get("retries"),
        suspended=bool(raw.get("suspended")),
        priority=raw.get("priority") or 0,
        tenant_id=_shared(raw.get("tenantId")),
        business_key=raw.get("businessKey"),
        error_message=raw.get("errorMessage"),
    )


def _shared(text: str | None) -> str | None:
    """One copy of a text that thousands of tasks have in common: the tracker keeps them all."""
    return None if text is None else intern(text)


def read_fetched(raw: Mapping[str, Any]) -> Fetched:
    """Взятая задача с переменными."""
    return Fetched(read_task(raw), {name: from_rest(value) for name, value in (raw.get("variables") or {}).items()})


def read_date(text: str | None) -> datetime | None:
    """Время движка, UTC."""
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def write_date(moment: datetime) -> JsonValue:
    """Время так, как его читает движок."""
    return to_rest(Variable(VariableType.DATE, moment))["value"]


def write_variables(variables: Variables) -> dict[str, JsonValue]:
    """Переменные для движка; ValueError — значение не подходит типу или это ссылка на файл без содержимого."""
    return {name: _sendable(name, variable) for name, variable in variables.items()}


def _sendable(name: str, variable: Variable) -> JsonValue:
    if variable.type is VariableType.FILE and variable.value is None:
        raise ValueError(f"файл в переменной «{name}» без содержимого")
    try:
        return to_rest(variable)
    except ValueError as error:
        raise ValueError(f"переменная «{name}»: {error}") from error
