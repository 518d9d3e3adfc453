"""Темы: что диаграммы движка требуют, что установка обслуживает и что ждёт никого."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from exchanger.connect import Finding, OpenSystem, Severity
from exchanger.domain.errors import ExchangerError
from exchanger.domain.routing import DEFAULT_SYSTEM, Routing
from exchanger.engine.client import RestEngine
from exchanger.engine.metadata import BpmnMetadata
from exchanger.ops.worker import lines
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wiring import engine_connection, open_systems, routing_of

Used = Mapping[str, frozenset[str]]
"""Тема → ключи развёрнутых процессов, в чьих последних версиях она есть."""


async def deployed(engine: RestEngine) -> tuple[Used, list[Finding]]:
    """Темы последних версий всех определений; диаграмма, которую не прочесть, — находка."""
    used: defaultdict[str, set[str]] = defaultdict(set)
    unread: list[Finding] = []
    for definition in await engine.survey.definitions():
        try:
            topics = BpmnMetadata.parse(await engine.diagram(definition.id)).topics
        except ExchangerError as error:
            unread.append(Finding(Severity.WARNING, f"Диаграмма {definition.key} не прочитана: {error}"))
            continue
        for topic in topics:
            used[topic].add(definition.key)
    return {topic: frozenset(keys) for topic, keys in used.items()}, unread


def judge(used: Used, systems: Iterable[OpenSystem], routing: Routing) -> Iterator[Finding]:
    """Тема, которую никто не обслуживает, и система, которая никому не нужна."""
    systems = list(systems)
    served = {system.name: frozenset(routing.topics(system.name, system.topics)) for system in systems}
    everything = frozenset().union(*served.values())
    for topic in sorted(used.keys() - everything):
        yield _unserved(topic, sorted(used[topic]), routing.system(topic), set(served))
    for name, topics in served.items():
        if not topics & used.keys():
            what = f"Система {name} включена, но ни одной её темы нет в развёрнутых диаграммах."
            yield Finding(Severity.WARNING, what, "уберите её из EXCHANGER_SYSTEMS или разверните диаграммы.")


def _unserved(topic: str, processes: list[str], system: str, enabled: set[str]) -> Finding:
    where = f"Тему {topic} (процессы: {', '.join(processes)}) никто не обслуживает"
    if system == DEFAULT_SYSTEM:  # it may well be another worker's
        return Finding(
            Severity.WARNING,
            f"{where}: система ей не назначена.",
            f"если она наша: EXCHANGER_TOPICS {topic}=<система>.",
        )
    if system in enabled:
        what = f"{where}: у системы {system} такой операции нет."
        return Finding(Severity.ERROR, what, f"исправьте диаграмму; операции: exchanger systems about {system}.")
    return Finding(Severity.ERROR, f"{where}: система {system} не включена.", f"EXCHANGER_SYSTEMS=...,{system}.")


async def against_engine(settings: Settings) -> list[Finding]:
    """Сверить темы настроек с диаграммами движка; `Retry` — движок не отвечает."""
    clock = SystemClock()
    async with (
        RestEngine(engine_connection(settings.engine), clock) as engine,
        open_systems(settings, clock) as systems,
    ):
        used, unread = await deployed(engine)
        return [*unread, *judge(used, systems, routing_of(settings, systems))]


async def topics(engine: RestEngine, systems: Sequence[OpenSystem], settings: Settings) -> list[Finding]:
    """Для doctor: темы, чьи задачи ждут в движке, а здесь их никто не берёт."""
    routing = routing_of(settings, systems)
    served = {topic for system in systems for topic in routing.topics(system.name, system.topics)}
    try:
        counts = await engine.survey.topics()
    except ExchangerError as error:
        return [Finding(Severity.ERROR, str(error).partition(" Что делать:")[0], error.remedy)]
    found = [
        Finding(
            Severity.WARNING,
            f"Задачи темы {line.topic} ждут, а их никто здесь не берёт; система темы — {line.system}.",
            f"включите систему (EXCHANGER_SYSTEMS) или дайте теме другую (EXCHANGER_TOPICS {line.topic}=<система>).",
        )
        for line in lines(served, counts, routing)
        if line.is_forgotten
    ]
    return found or [Finding(Severity.OK, f"Обслуживается тем: {len(served)}; забытых нет.")]
