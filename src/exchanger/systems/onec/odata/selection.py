"""Какие поля читать: документ с табличными частями бывает в мегабайты, поэтому `$select` назван всегда."""

from __future__ import annotations

from exchanger.systems.onec.odata.marks import Marks

_ALWAYS = ("Ref_Key", "DataVersion", "DeletionMark")
_TASK = (
    "Number", "Date", "Description", "Executed", "Описание", "ДатаИсполнения", "СрокИсполнения",
    "РезультатВыполнения", "СостояниеБизнесПроцесса",
)  # fmt: skip


def fields_of(entity: str, marks: Marks) -> tuple[str, ...]:
    """Главные поля набора."""
    own = (marks.field,) if marks.field else ()
    return (*_ALWAYS, *(_TASK if entity.startswith("Task_") else ()), *own)
