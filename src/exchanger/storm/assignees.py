"""Ответственные из ответа внутреннего API StormBPMN (`assigneeedges`) или из файла `<имя>_assignees.json`."""

from __future__ import annotations

import json

from exchanger.domain.errors import Reject
from exchanger.storm.policy import Assignee

_REMEDY = "выгрузите ответственных заново."


def read_assignees(body: bytes) -> tuple[Assignee, ...]:
    """Прочитать список записей; многие их поля бывают пустыми. `Reject` — это не список JSON."""
    try:
        records = json.loads(body)
    except ValueError as error:
        raise Reject(f"Список ответственных не разобрать как JSON: {error}.", remedy=_REMEDY) from None
    if not isinstance(records, list):
        raise Reject("Список ответственных — не список JSON.", remedy=_REMEDY)
    return tuple(_record(record) for record in records if isinstance(record, dict) and record.get("elementId"))


def _record(record: dict[str, object]) -> Assignee:
    def text(name: str) -> str:
        value = record.get(name)
        return "" if value is None else str(value)

    return Assignee(text("elementId"), text("assigneeName"), text("assigneeId"), text("description"))
