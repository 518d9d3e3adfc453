"""Что из второстепенного должно быть у задачи."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.systems.bitrix24.content.checklist import LEVELS, CheckItem, fitted
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.content.own_questionnaires import together
from exchanger.systems.bitrix24.content.template import Template
from exchanger.systems.bitrix24.foreign import Row
from exchanger.systems.bitrix24.params import CreateTaskParams


@dataclass(frozen=True, slots=True)
class Wanted:
    """Чек-листы по порядку, файлы Диска, анкеты дословно, задачи-предшественники для связей."""

    checklists: tuple[CheckItem, ...] = ()
    files: tuple[int, ...] = ()
    questionnaires: tuple[Row, ...] = ()
    dependencies: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.checklists or self.files or self.questionnaires or self.dependencies)


def wanted(params: CreateTaskParams, content: Content, *, addon: bool) -> Wanted:
    """Чек-листы шаблона, без них — элемента; пустых чек-листов не бывает; связи заводит модуль."""
    template = content.template or Template()
    # Diagrams converted from StormBPMN carry lists that templates replaced long ago: there the template knows better.
    chosen = template.checklists or params.checklists
    filled = tuple(each for each in chosen if each.children)
    if any(each.depth() > LEVELS for each in filled):
        content.remarks.add("чек-листы глубже трёх уровней", "портал таких не принимает: пункты подняты на третий")
    if params.questionnaires and not addon:
        content.remarks.add("анкеты", "на портале нет модуля imena.camunda")
    return Wanted(
        tuple(fitted(each) for each in filled),
        content.files,
        tuple(together(template.questionnaires, params.questionnaires)) if addon else (),
        content.predecessors if addon else (),
    )
