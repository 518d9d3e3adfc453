"""Правила об id, ключах и сроке хранения истории."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

from exchanger.storm.gate.scene import Hits, Scene
from exchanger.storm.names import NODES, bpmn, camunda, ident, kind_of

_LENGTHS = {"id": 255, "name": 255, camunda("versionTag"): 64}  # columns of the engine's table of definitions
_NAME = re.compile(r"[^\W\d][\w.\-]*")
_TTL = re.compile(r"\d+|P\d+D")


def duplicate_id(scene: Scene) -> Hits:
    """Один id у двух элементов документа."""
    seen: set[str] = set()
    for element in scene.model.root.iter(etree.Element):
        name = ident(element)
        if name and element.tag != bpmn("process") and element.tag.startswith(bpmn("")):
            if name in seen:
                yield element, name
            seen.add(name)


def duplicate_key(scene: Scene) -> Hits:
    """Один ключ у двух процессов."""
    counts = Counter(ident(process) for process in scene.model.processes)
    seen: set[str] = set()
    for process in scene.model.processes:
        if ident(process) in seen and counts[ident(process)] > 1:
            yield process, ident(process)
        seen.add(ident(process))


def missing_id(scene: Scene) -> Hits:
    """Процесс, узел или поток без id."""
    for process in scene.processes:
        for element in process.iter(etree.Element):
            if kind_of(element) in NODES | {"process", "sequenceFlow"} and not ident(element):
                yield element, ""


def bad_key(scene: Scene) -> Hits:
    """Ключ процесса, который не годится в имена XML."""
    for process in scene.processes:
        if ident(process) and _NAME.fullmatch(ident(process)) is None:
            yield process, ident(process)


def nothing_executable(scene: Scene) -> Hits:
    """Ни одного исполняемого процесса."""
    if not scene.processes:
        yield scene.model.root, ""


def no_history_ttl(scene: Scene) -> Hits:
    """Не сказано, сколько хранить историю."""
    for process in scene.processes:
        if not process.get(camunda("historyTimeToLive"), "").strip():
            yield process, ""


def bad_history_ttl(scene: Scene) -> Hits:
    """Срок хранения истории не число дней."""
    for process in scene.processes:
        text = process.get(camunda("historyTimeToLive"), "").strip()
        if text and _TTL.fullmatch(text) is None:
            yield process, text


def too_long(scene: Scene) -> Hits:
    """Ключ, имя или метка версии процесса, которые не поместятся в базу движка."""
    for process in scene.processes:
        for name, length in _LENGTHS.items():
            if len(process.get(name, "")) > length:
                yield process, f"{name.rpartition('}')[2]} — {len(process.get(name, ''))} из {length}"
