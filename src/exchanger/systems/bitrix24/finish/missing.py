"""Чего у задачи не хватает — шагами по порядку портала."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from exchanger.systems.bitrix24.batch import Command, Ref
from exchanger.systems.bitrix24.content.checklist import CheckItem
from exchanger.systems.bitrix24.finish.present import Present
from exchanger.systems.bitrix24.finish.steps import Step
from exchanger.systems.bitrix24.finish.wanted import Wanted
from exchanger.systems.bitrix24.foreign import Row, as_int, as_text

_COMPARED = 200
"""Сколько знаков названия сравнивается: портал может обрезать длинное."""


def missing(task_id: str, wanted: Wanted, present: Present, *, fresh: bool) -> Iterator[Step]:
    """Шаги: файлы, связи, анкеты, чек-листы. `fresh` — задача создана только что, связей у неё ещё нет."""
    yield from _files(task_id, wanted, present)
    yield from _dependencies(task_id, wanted, fresh=fresh)
    yield from _questionnaires(task_id, wanted, present)
    if present.items is not None:
        yield from Lists(task_id, present.items).missing(wanted.checklists)


def _files(task_id: str, wanted: Wanted, present: Present) -> Iterator[Step]:
    for number in wanted.files:
        if present.files is not None and number not in present.files:
            command = Command("tasks.task.files.attach", {"taskId": task_id, "fileId": number})
            yield Step(f"file{number}", command, f"файл №{number}")


def _dependencies(task_id: str, wanted: Wanted, *, fresh: bool) -> Iterator[Step]:
    """Связь у пары задач одна, поэтому её можно просить снова."""
    for number in wanted.dependencies:
        command = Command("imena.camunda.task.dependency.add", {"taskId": task_id, "dependsOnId": number})
        yield Step(f"link{number}", command, f"связь с задачей №{number}", quiet=not fresh)


def _questionnaires(task_id: str, wanted: Wanted, present: Present) -> Iterator[Step]:
    there = Counter(_identity(row) for row in present.questionnaires or ())
    left: list[Row] = []
    for row in wanted.questionnaires:
        if there[_identity(row)]:
            there[_identity(row)] -= 1
        else:
            left.append(row)
    if left and present.questionnaires is not None:
        params = {"taskId": task_id, "questionnaires": left}
        yield Step("questionnaires", Command("imena.camunda.task.questionnaire.add", params), "анкеты")


def _identity(row: Row) -> str:
    return as_text(row.get("CODE")) or as_text(row.get("TITLE"))


class Lists:
    """Чек-листы: новый встаёт сверху, поэтому недостающие создаются с последнего; пункты — по порядку."""

    def __init__(self, task_id: str, rows: Sequence[Row]) -> None:
        self._task_id = task_id
        self._known: dict[tuple[int, str], list[int]] = {}
        self._count = 0
        for row in rows:
            number = as_int(row.get("ID"))
            if number is not None:
                place = as_int(row.get("PARENT_ID")) or 0, _same(as_text(row.get("TITLE")))
                self._known.setdefault(place, []).append(number)

    def missing(self, roots: Sequence[CheckItem]) -> Iterator[Step]:
        """Шаги по всем чек-листам."""
        # Twins are paired in their order before the reversal: the first of two equal lists is the first that exists.
        there = [self._take(0, root) for root in roots]
        for place, root in reversed(list(enumerate(roots))):
            yield from self._branch(root, there[place], 0, place)

    def _branch(self, item: CheckItem, there: int | None, parent: int | Ref, place: int) -> Iterator[Step]:
        here: int | Ref
        if there is not None:
            here = there
        else:
            step = self._step(item, parent, place)
            yield step
            here = Ref(step.label)
        for number, child in enumerate(item.children):
            yield from self._branch(child, self._take(here, child), here, number)

    def _take(self, parent: int | Ref, item: CheckItem) -> int | None:
        """Номер такого же пункта, если он уже есть; каждый существующий берётся один раз."""
        numbers = [] if isinstance(parent, Ref) else self._known.get((parent, _same(item.title)), [])
        return numbers.pop(0) if numbers else None

    def _step(self, item: CheckItem, parent: int | Ref, place: int) -> Step:
        self._count += 1
        fields: Mapping[str, object] = {
            "TITLE": item.title,
            "PARENT_ID": parent,
            "SORT_INDEX": (place + 1) * 10,
            "IS_COMPLETE": "Y" if item.complete else "N",
            "IS_IMPORTANT": "Y" if item.important else "N",
            **({"MEMBERS": {str(number): {"TYPE": role} for number, role in item.members}} if item.members else {}),
        }
        # The parameters of task.*item methods are positional: their order matters, not their names.
        command = Command("task.checklistitem.add", {"TASKID": self._task_id, "FIELDS": fields})
        return Step(f"item{self._count}", command, "пункт чек-листа")


def _same(title: str) -> str:
    return " ".join(html.unescape(title).split()).casefold()[:_COMPARED]
