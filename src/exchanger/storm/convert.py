"""Перенос диаграммы StormBPMN в исполняемый процесс движка семейства Camunda 7: список чистых проходов над деревом."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from exchanger.storm.checklists import Checklist, TaskReference
from exchanger.storm.context import Context
from exchanger.storm.ids import process_key
from exchanger.storm.model import Model
from exchanger.storm.names import ident
from exchanger.storm.passes.activities import simplify_activities
from exchanger.storm.passes.assignees import assign
from exchanger.storm.passes.calls import resolve_calls
from exchanger.storm.passes.conditions import mend_conditions
from exchanger.storm.passes.dead_ends import close_dead_ends
from exchanger.storm.passes.decisions import settle_decisions
from exchanger.storm.passes.drawing import complete_drawing
from exchanger.storm.passes.event_gateways import resolve_event_gateways
from exchanger.storm.passes.events import settle_events
from exchanger.storm.passes.links import unlink
from exchanger.storm.passes.messages import correlate_messages
from exchanger.storm.passes.metadata import describe_diagram
from exchanger.storm.passes.processes import name_processes
from exchanger.storm.passes.references import mend_references
from exchanger.storm.passes.schema_order import order_elements
from exchanger.storm.passes.starts import settle_starts
from exchanger.storm.passes.structure import mend_structure
from exchanger.storm.passes.tasks import externalise_tasks
from exchanger.storm.passes.timers import set_timers
from exchanger.storm.policy import Assignee, DiagramInfo, Policy
from exchanger.storm.report import Report
from exchanger.storm.tree import parse, serialise

PASSES: tuple[Callable[[Context], None], ...] = (
    mend_structure,  # first: the rest relies on flows that have both ends
    name_processes,  # keys, before anything is named after them
    simplify_activities,  # an empty sub-process becomes a task, so before the tasks
    externalise_tasks,
    resolve_calls,  # a call without a target becomes an external task
    set_timers,
    correlate_messages,  # timers and messages first: then it is known which events can be executed
    unlink,
    resolve_event_gateways,  # before the events: it takes some of them for itself
    settle_events,
    settle_starts,  # after the events: removing them can leave a process without a start
    close_dead_ends,
    mend_conditions,
    settle_decisions,  # needs external tasks in place and only executable conditions
    assign,
    describe_diagram,
    mend_references,  # the tree's own bookkeeping comes last
    complete_drawing,
    order_elements,
)

_NO_LINKS: Mapping[str, str] = MappingProxyType({})
_NO_LISTS: Mapping[TaskReference, Sequence[Checklist]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Converted:
    """Исполняемый документ, отчёт и ключи его процессов (первый — главный)."""

    xml: bytes
    report: Report
    process_keys: tuple[str, ...]


def convert(
    xml: bytes,
    *,
    diagram: DiagramInfo,
    assignees: Sequence[Assignee] = (),
    policy: Policy | None = None,
    links: Mapping[str, str] = _NO_LINKS,
    task_lists: Mapping[TaskReference, Sequence[Checklist]] = _NO_LISTS,
) -> Converted:
    """Перенести диаграмму.

    `links` — id вызова → UUID связанной диаграммы (или готовый ключ процесса), `task_lists` — чек-листы задач Bitrix24,
    на которые ссылаются описания. Одинаковый вход даёт одинаковые байты; повторный перенос результата ничего не меняет.
    `Reject` — не BPMN, больше 10 МБ или с DTD. Остальное — в отчёте: ошибка в нём значит, что движок не примет.
    """
    root = parse(xml)
    context = Context(Model(root), diagram, policy or Policy(), assignees, links, task_lists)
    for each in PASSES:
        each(context)
    keys = [ident(process) for process in context.model.processes if process.get("isExecutable") == "true"]
    keys.sort(key=lambda key: key != process_key(diagram.uuid))
    return Converted(serialise(root), context.found.report(diagram.name or diagram.uuid), tuple(keys))
