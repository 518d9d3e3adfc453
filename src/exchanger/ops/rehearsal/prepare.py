"""Файл таким, каким его получила бы эксплуатация, и его копия для репетиции."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from exchanger.domain.errors import ConfigError, Reject
from exchanger.engine.bpmn_xml import parse
from exchanger.engine.metadata import BpmnMetadata
from exchanger.ops.rehearsal.chart import Chart, read_charts
from exchanger.ops.rehearsal.moves import Charts
from exchanger.ops.rehearsal.questions import Questions
from exchanger.ops.rehearsal.results import Remark
from exchanger.ops.rehearsal.standins import replace_code, with_marks
from exchanger.storm import convert
from exchanger.storm.files.local import LocalDiagram, read_file, read_local

_COLLECTION = re.compile(rb'collection="(?:[$#]\{)?\s*([^\W\d]\w*)\s*\}?"')
_EMPTY = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
    id="Definitions_{key}" targetNamespace="rehearsal">
  <process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <startEvent id="start"/><sequenceFlow id="flow" sourceRef="start" targetRef="end"/><endEvent id="end"/>
  </process>
</definitions>"""


@dataclass(frozen=True, slots=True)
class Prepared:
    """К развёртыванию.

    `files` — документы нетронутыми, `original` — они же, но код, которого здесь нет, заменён; `copies` — с отметками.
    `main` — процессы самого файла, их и проверяют; `collections` — переменные, по которым повторяются элементы.
    """

    file: str
    files: Mapping[str, bytes]
    original: Mapping[str, bytes]
    copies: Mapping[str, bytes]
    main: tuple[str, ...]
    charts: Charts
    metadata: Mapping[str, BpmnMetadata]
    remarks: tuple[Remark, ...]
    collections: frozenset[str]

    def chart(self, process: str) -> Chart:
        """Диаграмма процесса."""
        return self.charts[process].chart


def prepare(file: Path, more: Sequence[Path] = ()) -> Prepared:
    """Прочитать файл и те, что он вызывает; `ConfigError`, `Reject` — не прочесть или исполнять в нём нечего."""
    return prepare_bytes(file.name, {path.name: executable(path) for path in (file, *more)})


def executable(path: Path) -> bytes:
    """Исполняемый документ: выгрузка StormBPMN переносится, готовый BPMN — как есть."""
    body = read_file(path)
    if _is_executable(body):
        return body
    local = _local(path)
    converted = convert(
        local.body, diagram=local.info, assignees=local.assignees, policy=local.policy, links=local.links
    )
    if converted.report.errors:
        raise Reject(
            f"{path.name}: перенос с ошибками, движок документа не примет: {converted.report.errors[0]}",
            remedy=f"посмотрите отчёт: exchanger sync convert {path.name}",
        )
    return converted.xml


def _local(path: Path) -> LocalDiagram:
    """Диаграмма с её сведениями; UUID, которого нигде нет, здесь годится любой, лишь бы тот же самый."""
    try:
        return read_local(path)
    except ConfigError:
        return read_local(path, uuid=str(uuid5(NAMESPACE_URL, path.stem)))


def prepare_bytes(name: str, files: Mapping[str, bytes]) -> Prepared:
    """То же из готовых исполняемых документов; `name` — главный из `files`."""
    charts: dict[str, Questions] = {}
    metadata: dict[str, BpmnMetadata] = {}
    original, copies, remarks = {}, {}, []
    for file, xml in files.items():
        for chart in read_charts(xml):
            charts.setdefault(chart.key, Questions.of(chart))
            metadata.setdefault(chart.key, BpmnMetadata.parse(xml))
        copy = replace_code(xml)
        original[file] = copy.xml  # the engine here refuses even to read a connector
        copies[file] = with_marks(copy.xml)
        owner = {node: chart.key for chart in read_charts(xml) for node in (*chart.nodes, chart.key)}
        remarks += [
            Remark(owner.get(one.element_id, ""), one.element_id, f"В репетиции заменено заглушкой: {one.what}.")
            for one in copy.replaced
        ]
    main = tuple(chart.key for chart in read_charts(files[name]))
    if not main:
        raise ConfigError(f"{name}: в файле нет исполняемого процесса.", remedy="поставьте isExecutable=true.")
    absent = _absent(charts)
    copies |= {f"rehearsal-absent-{key}.bpmn": _EMPTY.format(key=key).encode() for key in absent}
    remarks += [_without(process, element, key) for key, (process, element) in absent.items()]
    collections = {found.decode() for xml in files.values() for found in _COLLECTION.findall(xml)}
    return Prepared(name, files, original, copies, main, charts, metadata, tuple(remarks), frozenset(collections))


def _is_executable(body: bytes) -> bool:
    return any(found.get("isExecutable") == "true" for found in parse(body).iterchildren("{*}process"))


def _absent(charts: Charts) -> dict[str, tuple[str, str]]:
    """Процессы, которые вызывают, но среди файлов их нет: ключ → кто вызывает первым."""
    found: dict[str, tuple[str, str]] = {}
    for process, questions in charts.items():
        for node in questions.chart.nodes.values():
            if node.called and "{" not in node.called and node.called not in charts:
                found.setdefault(node.called, (process, node.id))
    return found


def _without(process: str, element: str, key: str) -> Remark:
    return Remark(
        process,
        element,
        f"Вызываемого процесса {key} среди файлов нет: вместо него сыгран пустой.",
        "дайте его файл: --with FILE или files в сценарии.",
    )
