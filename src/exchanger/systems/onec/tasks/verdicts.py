"""Исход задачи для процесса: номер, результат и те реквизиты, о которых просит диаграмма."""

from __future__ import annotations

import re
from collections.abc import Iterator

from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.task import Metadata, ObjectState, Snapshot
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable
from exchanger.systems.onec.foreign import Row, as_text
from exchanger.systems.onec.moments import EMPTY_DATE
from exchanger.systems.onec.refs import EMPTY_REF

TASK_REFUSED = "ONEC_TASK_REFUSED"
"""Код BPMN-ошибки: задача помечена на удаление или её бизнес-процесс прерван."""
RESULT_FIELDS = "resultFields"

_EMPTY = frozenset({"", EMPTY_DATE, EMPTY_REF})


def wanted_of(metadata: Metadata) -> list[tuple[str, str, bool]]:
    """Чего просит `resultFields`: `переменная=Реквизит` через запятую; `?` в конце — можно не заполнять."""
    given = metadata.input_parameters.get(RESULT_FIELDS) or metadata.extension_properties.get(RESULT_FIELDS)
    return list(wanted_in(as_text(given)))


def outcome(found: Snapshot, row: Row, wanted: list[tuple[str, str, bool]]) -> Outcome:
    """Исход выполненной или отвергнутой задачи."""
    number = as_text(found.details.get("number"))
    if found.state is ObjectState.REFUSED:
        return Refused(TASK_REFUSED, f"Задача 1С №{number} снята: {found.ref.link}")
    variables: dict[str, Variable] = {
        "onec_task_ref": typed(as_text(found.details.get("ref"))),
        "onec_task_number": typed(number),
        "onec_task_result": typed(as_text(found.details.get("result"))),
        "onec_task_done": typed(as_text(found.details.get("done"))),
    }
    for variable, field, optional in wanted:
        text = as_text(row.get(field)).strip()
        if text in _EMPTY and not optional:
            return Failed(
                f"Задача 1С №{number} выполнена, но реквизит «{field}» пуст или его нет. {found.ref.link} Что делать: "
                "заполните его (или исправьте resultFields) и повторите внешнюю задачу (retries = 1)."
            )
        variables[variable] = typed(None if text in _EMPTY else text)
    return Completed(variables)


def wanted_in(text: str) -> Iterator[tuple[str, str, bool]]:
    """Разобрать запись: переменная, реквизит, можно ли не заполнять."""
    for item in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        variable, _, name = item.partition("=")
        field = name.strip() or variable.strip()
        yield variable.strip().removesuffix("?"), field.removesuffix("?").strip(), item.endswith("?")
