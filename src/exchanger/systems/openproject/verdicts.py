"""Исход задачи для процесса: её номер, тема, состояние и те пользовательские поля, о которых просит диаграмма."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.task import Metadata, ObjectState, Snapshot
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variable, Variables
from exchanger.systems.openproject import readers
from exchanger.systems.openproject.foreign import as_map
from exchanger.systems.openproject.schema import Property

REFUSED = "OPENPROJECT_REFUSED"
RESULT_FIELDS = "resultFields"
RESULT_FILES = "resultFiles"

_REMEDY = "Что делать: откройте задачу снова, заполните поле, закройте её и повторите внешнюю задачу (retries = 1)."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Переменная процесса и поле, из которого она берётся; `optional` — пустое поле допустимо."""

    variable: str
    field: str
    optional: bool


def wanted_of(metadata: Metadata) -> list[Wanted]:
    """Чего просит свойство `resultFields`: `переменная=Имя поля` через запятую; `?` в конце — можно не заполнять."""
    given = metadata.extension_properties.get(RESULT_FIELDS) or metadata.input_parameters.get(RESULT_FIELDS)
    return list(_wanted(given))


def result_files(metadata: Metadata) -> str:
    """Переменная, в которую просят список вложений; «» — не просят."""
    given = metadata.extension_properties.get(RESULT_FILES) or metadata.input_parameters.get(RESULT_FILES)
    return readers.text(given)


def outcome(found: Snapshot, wanted: list[Wanted], schema: Mapping[str, Property]) -> Outcome:
    """Исход закрытой или отклонённой задачи."""
    if found.state is ObjectState.REFUSED:
        status = found.details.get("status", "")
        return Refused(REFUSED, f"Задача OpenProject №{found.ref.id} отклонена («{status}»): {found.ref.link}")
    variables: dict[str, Variable] = dict(_common(found))
    for each in wanted:
        value = _value(found, each, schema)
        if isinstance(value, Failed):
            return value
        variables[each.variable] = value
    return Completed(variables)


def _wanted(text: object) -> Iterator[Wanted]:
    for item in readers.texts(text):
        variable, _, name = item.partition("=")
        optional = name.endswith("?")
        yield Wanted(variable.strip(), name.removesuffix("?").strip() or variable.strip(), optional)


def _common(found: Snapshot) -> Variables:
    return {
        "op_task_id": typed(found.ref.id),
        "op_task_subject": typed(str(found.details.get("subject", ""))),
        "op_task_status": typed(str(found.details.get("status", ""))),
    }


def _value(found: Snapshot, wanted: Wanted, schema: Mapping[str, Property]) -> Variable | Failed:
    named = [each for each in schema.values() if each.custom and each.name.casefold() == wanted.field.casefold()]
    if len(named) != 1:
        return _doubtful(found, f"у неё нет поля «{wanted.field}», которого ждёт диаграмма ({RESULT_FIELDS})")
    value = as_map(found.details.get("custom")).get(named[0].attribute)
    if value in (None, "", []) and not wanted.optional:
        return _doubtful(found, f"поле «{wanted.field}» не заполнено")
    return typed(_plain(value))


def _plain(value: object) -> PlainValue:
    if isinstance(value, list):
        return [str(each) for each in value]
    return value if isinstance(value, str | int | float) else None


def _doubtful(found: Snapshot, what: str) -> Failed:
    return Failed(f"Задача OpenProject №{found.ref.id} закрыта, но {what}. {found.ref.link} {_REMEDY}")
