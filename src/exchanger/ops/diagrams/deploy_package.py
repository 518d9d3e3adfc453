"""Что предлагают развернуть: перенесённая диаграмма или документ из архива."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from exchanger.ops.diagrams.deploy_checklists import ListSource
from exchanger.storm import Converted, DiagramInfo, Report, convert, process_key
from exchanger.storm.files.embedded import embedded_fields
from exchanger.storm.files.local import LocalDiagram
from exchanger.storm.names import bpmn, ident
from exchanger.storm.tree import parse


@dataclass(frozen=True, slots=True)
class Candidate:
    """Документ с отчётом переноса; `remarks` — что сказать человеку помимо отчёта."""

    info: DiagramInfo
    converted: Converted
    remarks: tuple[str, ...] = field(default=())

    @property
    def xml(self) -> bytes:
        """Документ, каким он уйдёт в движок."""
        return self.converted.xml

    @property
    def key(self) -> str:
        """Ключ главного процесса: он же имя развёртывания."""
        return process_key(self.info.uuid)

    @property
    def keys(self) -> tuple[str, ...]:
        """Ключи всех исполняемых процессов."""
        return self.converted.process_keys

    @property
    def name(self) -> str:
        """Название диаграммы одной строкой."""
        return " ".join(self.info.name.split()) or self.info.uuid

    @property
    def digest(self) -> str:
        """SHA-256 документа: под ним он лежит в архиве развёрнутого."""
        return hashlib.sha256(self.xml).hexdigest()


async def prepare(local: LocalDiagram, lists: ListSource) -> Candidate:
    """Перенести диаграмму из файлов, взяв чек-листы по ссылкам; `Reject` — тело не BPMN."""
    taken = await lists.take(local.assignees)
    made = convert(
        local.body,
        diagram=local.info,
        assignees=local.assignees,
        policy=local.policy,
        links=local.links,
        task_lists=taken.found,
    )
    remarks = tuple(f"чек-листы задачи {each.task_id} не взяты: {why}" for each, why in taken.refused.items())
    return Candidate(local.info, made, remarks)


def ready(xml: bytes) -> Candidate:
    """Готовый документ (из архива, из движка) как он есть, без переноса."""
    fields = embedded_fields(xml)
    info = DiagramInfo(fields.get("id", ""), fields.get("name", ""), fields.get("versionNumber", ""))
    return Candidate(info, Converted(xml, Report(info.name), executable_keys(xml)))


def executable_keys(xml: bytes) -> tuple[str, ...]:
    """Ключи исполняемых процессов документа в его порядке."""
    found = parse(xml).iterchildren(bpmn("process"))
    return tuple(ident(process) for process in found if process.get("isExecutable") == "true")


def diagram_of(xml: bytes) -> str:
    """UUID диаграммы, из которой сделан документ; «» — он не из StormBPMN."""
    return embedded_fields(xml).get("id", "").lower()
