"""Собрать содержание задачи: шаблон, диаграмма, предшественники, имена — за два-три чтения пакетами."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta, tzinfo

from exchanger.ports import Clock
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.content.blocks import Story, properties_block, questionnaires_block, results_block
from exchanger.systems.bitrix24.content.calendar import CalendarSource, WorkCalendar
from exchanger.systems.bitrix24.content.diagram import Diagram, DiagramSource
from exchanger.systems.bitrix24.content.group import NamedGroup, find_group
from exchanger.systems.bitrix24.content.names import Named, NamesSource
from exchanger.systems.bitrix24.content.predecessors import PredecessorsSource
from exchanger.systems.bitrix24.content.remarks import Remarks
from exchanger.systems.bitrix24.content.result_files import ResultFiles
from exchanger.systems.bitrix24.content.rounds import Source, read_all
from exchanger.systems.bitrix24.content.stock_supervisor import StockSupervisor
from exchanger.systems.bitrix24.content.supervisor import SupervisorSource
from exchanger.systems.bitrix24.content.template import Template
from exchanger.systems.bitrix24.content.template_source import ModuleTemplate, StockTemplate, process_variables
from exchanger.systems.bitrix24.content.values import person_or_element
from exchanger.systems.bitrix24.custom_fields import ELEMENT_ID, PROCESS_INSTANCE_ID
from exchanger.systems.bitrix24.kept import Kept
from exchanger.systems.bitrix24.params import CreateTaskParams


@dataclass(frozen=True, slots=True)
class Content:
    """Всё, что прибавилось к параметрам диаграммы. `predecessors` — номера задач, `files` — номера файлов Диска."""

    template: Template | None = None
    blocks: tuple[str, ...] = ()
    predecessors: tuple[int, ...] = ()
    files: tuple[int, ...] = ()
    supervisor: int | None = None
    initiator: int | None = None
    calendar: WorkCalendar | None = None
    group: NamedGroup = field(default_factory=NamedGroup)
    remarks: Remarks = field(default_factory=Remarks)


class Shelf:
    """Узнанное у портала надолго ли: диаграммы — пять минут, люди, имена и группы — час, календарь — полчаса."""

    def __init__(self, clock: Clock) -> None:
        self.diagrams: Kept[str, Diagram] = Kept(clock, timedelta(minutes=5), 200)
        self.supervisors: Kept[int, int] = Kept(clock, timedelta(minutes=10), 2000)
        self.names: Kept[Named, str] = Kept(clock, timedelta(hours=1), 2000)
        self.groups: Kept[str, int] = Kept(clock, timedelta(hours=1), 500)
        self.calendar: Kept[str, WorkCalendar] = Kept(clock, timedelta(minutes=30), 1)

    def clear(self) -> None:
        """Забыть всё."""
        self.diagrams.clear()
        self.supervisors.clear()
        self.names.clear()
        self.groups.clear()
        self.calendar.clear()


class _Reading:
    """Чтение содержания одной задачи."""

    def __init__(
        self, params: CreateTaskParams, initiator: int | None, capabilities: Capabilities, shelf: Shelf, zone: tzinfo
    ) -> None:
        self._params, self._zone, self._initiator = params, zone, initiator
        self.remarks = Remarks()
        addon = capabilities.addon
        self.diagram = DiagramSource(params.process_key, params.element_id, shelf.diagrams, self.remarks)
        self.supervisor = self._supervisor_source(capabilities, shelf)
        self.template = self._template_source(capabilities)
        may_read = capabilities.allows("disk")
        self.files = ResultFiles(may_read, self.remarks)
        self.predecessors = self._predecessors_source(capabilities)
        if self.predecessors is not None:
            self.files.rows = self.predecessors.rows
        self.names = NamesSource(lambda: list(self._named()), shelf.names, self.remarks)
        self.calendar = CalendarSource(
            capabilities.allows("calendar"), self._wants_calendar, shelf.calendar, self.remarks
        )
        self._addon = addon

    def needs_reading(self) -> bool:
        """Есть ли что читать; обычной задаче на портале без модуля читать нечего."""
        asked = (self.template, self.predecessors, self.supervisor)
        return self._addon or any(source is not None for source in asked)

    def sources(self) -> list[Source]:
        """Источники по порядку: сначала те, на чьи ответы ссылаются."""
        diagram = self.diagram if self._addon else None
        wanted = (diagram, self.template, self.supervisor, self.predecessors, self.files, self.names, self.calendar)
        return [source for source in wanted if source is not None]

    def content(self) -> Content:
        """Прочитанное."""
        template = None if self.template is None else self.template.template
        found = () if self.predecessors is None else self.predecessors.found()
        supervised = self._params.supervisor_as or (template is not None and template.cast.supervised)
        if self.supervisor is not None and supervised:
            self.supervisor.needed()
        story = self._story()
        shown = () if template is None else template.in_description
        blocks = (questionnaires_block(shown, story, self.names), properties_block(story), results_block(found))
        own = self._params.files or (() if template is None else template.files)
        inherited = (file.file_id for task in found for result in task.results for file in result.files)
        return Content(
            template=template,
            blocks=tuple(block for block in blocks if block),
            predecessors=tuple(each.task_id for each in found),
            files=tuple(dict.fromkeys((*own, *inherited))),
            supervisor=None if self.supervisor is None else self.supervisor.supervisor,
            initiator=self._initiator,
            calendar=self.calendar.calendar,
            remarks=self.remarks,
        )

    def _supervisor_source(self, capabilities: Capabilities, shelf: Shelf) -> SupervisorSource | StockSupervisor | None:
        if capabilities.addon:
            return SupervisorSource(self._initiator, shelf.supervisors, self.remarks)
        if not self._params.supervisor_as:
            return None
        may_read = capabilities.allows("user") and capabilities.allows("department")
        return StockSupervisor(self._initiator, may_read, shelf.supervisors, self.remarks)

    def _template_source(self, capabilities: Capabilities) -> ModuleTemplate | StockTemplate | None:
        params, number = self._params, self._params.template_id
        if capabilities.addon:
            variables = process_variables(params.variables) if capabilities.resolves else {}
            return ModuleTemplate(params.process_key, params.element_id, number, variables, self.diagram, self.remarks)
        return None if number is None else StockTemplate(number, capabilities.allows("disk"), self.remarks)

    def _predecessors_source(self, capabilities: Capabilities) -> PredecessorsSource | None:
        if not (capabilities.addon or self._params.predecessors):
            return None
        if not (capabilities.has(ELEMENT_ID) and capabilities.has(PROCESS_INSTANCE_ID)):
            self.remarks.add("предшественники", f"у задач портала нет полей {ELEMENT_ID} и {PROCESS_INSTANCE_ID}")
            return None
        diagram = self.diagram if capabilities.addon else None
        params = self._params
        return PredecessorsSource(params.predecessors, params.process_instance_id, diagram, self.files, self.remarks)

    def _story(self) -> Story:
        diagram = self.diagram.known if self._addon else None
        return Story(self._params.variables, diagram, self._params.element_id, self._zone)

    def _named(self) -> Iterator[Named]:
        template = None if self.template is None else self.template.template
        if template is None or (self._addon and self.diagram.known is None):
            return
        story = self._story()
        for questionnaire in template.in_description:
            for question in questionnaire.questions:
                for value in story.answers(questionnaire, question):
                    who = person_or_element(value, question)
                    if who is not None:
                        yield who

    def _wants_calendar(self) -> bool:
        template = None if self.template is None else self.template.template
        return template is not None and template.schedule.work_time


async def gather(
    api: BitrixApi,
    params: CreateTaskParams,
    initiator: int | None,
    capabilities: Capabilities,
    shelf: Shelf,
    zone: tzinfo,
) -> Content:
    """Прочитать содержание; временный отказ портала бросается, окончательный становится замечанием."""
    reading = _Reading(params, initiator, capabilities, shelf, zone)
    name = "" if "group_id" in params.given else params.group
    group = await find_group(api, shelf.groups, name)
    if not reading.needs_reading():
        return Content(files=params.files, initiator=initiator, group=group, remarks=reading.remarks)
    await read_all(api, reading.sources())
    return replace(reading.content(), group=group)
