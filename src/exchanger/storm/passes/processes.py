"""Процессы: ключ из UUID диаграммы, исполнимость, срок истории, метка версии, название."""

from __future__ import annotations

from exchanger.storm.context import Context
from exchanger.storm.ids import derived, process_key
from exchanger.storm.names import DI, NODES, Element, bpmn, camunda, ident, kind_of, writable


def name_processes(context: Context) -> None:
    """Проход: у первого непустого процесса ключ `Process_<uuid>`, у остальных — с отпечатком прежнего id."""
    key = process_key(context.info.uuid)
    renamed: dict[str, str] = {}
    main = _main(context, key)
    for process in context.model.processes:
        old = ident(process)
        fresh = key if process is main else _suffixed(key, old, context.info.uuid)
        if fresh != old:
            renamed[old] = fresh
            process.set("id", fresh)
            context.model.renamed(process, old)
            context.found.change(process, f"Ключ процесса: {fresh} (был {old}).")
    _follow(context, renamed)
    if main is None or not _is_alive(main):
        context.found.error(
            context.model.root, "В документе нет ни одного процесса с элементами.", "нарисуйте процесс."
        )
    for process in context.model.processes:
        _settle(context, process, is_main=process is main)


def _main(context: Context, key: str) -> Element | None:
    processes = context.model.processes
    named = next((process for process in processes if ident(process) == key), None)
    if named is not None:
        return named
    return next((process for process in processes if _is_alive(process)), processes[0] if processes else None)


def _suffixed(key: str, old: str, uuid: str) -> str:
    return old if old.startswith(f"{key}_") else derived(uuid, key, old)


def _is_alive(process: Element) -> bool:
    return any(kind_of(child) in NODES for child in process)


def _settle(context: Context, process: Element, *, is_main: bool) -> None:
    if not _is_alive(process):
        process.set("isExecutable", "false")
        context.found.doubt(process, "В процессе нет ни одного элемента: исполнять нечего.")
        return
    if process.get("isExecutable") != "true":
        process.set("isExecutable", "true")
        context.found.change(process, "Процесс сделан исполняемым.")
    if process.get(camunda("historyTimeToLive")) is None:
        process.set(camunda("historyTimeToLive"), context.policy.history_ttl)
    if context.info.version:
        process.set(camunda("versionTag"), writable(context.info.version))
    _name(context, process, is_main=is_main)


def _name(context: Context, process: Element, *, is_main: bool) -> None:
    if process.get("name"):
        return
    pools = context.model.root.iter(bpmn("participant"))
    own = next((pool.get("name", "") for pool in pools if pool.get("processRef") == ident(process)), "")
    name = own or (context.info.name if is_main else "")
    if name:
        process.set("name", " ".join(writable(name).split()))


def _follow(context: Context, renamed: dict[str, str]) -> None:
    """Ссылки на переименованные процессы: пулы, полотна, вызовы."""
    for element in context.model.root.iter(bpmn("participant"), bpmn("callActivity"), f"{{{DI}}}BPMNPlane"):
        for attribute in ("processRef", "calledElement", "bpmnElement"):
            value = element.get(attribute)
            if value in renamed:
                element.set(attribute, renamed[value])
