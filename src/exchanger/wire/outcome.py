"""Исход на проводе: поле `outcome` ответа."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.typed import from_rest
from exchanger.domain.variables import JsonValue, Variable
from exchanger.wire.model import Text, WireModel
from exchanger.wire.variables import rest_form

_LONGEST_RETRY = timedelta(days=3650).total_seconds()

RestVariables = Annotated[dict[str, dict[str, object]], BeforeValidator(lambda raw: {} if raw is None else raw)]
"""Имя → `{type, value, valueInfo}`."""


class OutcomeModel(WireModel):
    """Исход: род и то, что к нему относится."""

    kind: Literal["completed", "refused", "failed"]
    variables: RestVariables = Field(default_factory=dict)
    local_variables: RestVariables = Field(default_factory=dict)
    message: Text = ""
    details: Text = ""
    retry_in_seconds: Annotated[float, Field(ge=0, le=_LONGEST_RETRY)] | None = None
    code: Text = ""


def outcome_form(outcome: Outcome) -> dict[str, JsonValue]:
    """Записать исход; `Reject` — переменную нельзя записать."""
    match outcome:
        case Completed(variables, local):
            return {"kind": "completed", "variables": {**rest_form(variables)}, "local_variables": {**rest_form(local)}}
        case Refused(code, message, variables):
            return {"kind": "refused", "code": code, "message": message, "variables": {**rest_form(variables)}}
        case Failed(message, details, retry_in):
            seconds = None if retry_in is None else retry_in.total_seconds()
            return {"kind": "failed", "message": message, "details": details, "retry_in_seconds": seconds}


def outcome_of(model: OutcomeModel) -> Outcome:
    """Прочитать исход."""
    match model.kind:
        case "completed":
            return Completed(_variables(model.variables), _variables(model.local_variables))
        case "refused":
            return Refused(model.code, model.message, _variables(model.variables))
        case "failed":
            seconds = model.retry_in_seconds
            return Failed(model.message, model.details, None if seconds is None else timedelta(seconds=seconds))


def _variables(raw: dict[str, dict[str, object]]) -> dict[str, Variable]:
    return {name: from_rest(form) for name, form in raw.items()}
