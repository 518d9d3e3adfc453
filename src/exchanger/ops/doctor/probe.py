"""Проба: настоящая задача проходит весь путь и исчезает — и тогда, когда путь оборвался."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_hex
from time import monotonic

from exchanger.connect import OpenSystem
from exchanger.domain.errors import ConfigError, ExchangerError, Retry
from exchanger.domain.outcome import Completed
from exchanger.domain.task import Fetched
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.engine.deployments import Package
from exchanger.engine.errors import error_of
from exchanger.engine.http import Call, EngineHttp, Request
from exchanger.ops.doctor.finding import Code, Diagnosis, Section, error, failed, fine
from exchanger.ops.doctor.parts import open_each
from exchanger.ops.doctor.probe_broker import there_and_back
from exchanger.ops.doctor.probe_object import make_and_remove
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.telemetry.redact import redact
from exchanger.wiring import engine_connection

_LEASE = timedelta(minutes=1)
_WAIT = timedelta(seconds=5)
_PREFIX = "exchanger-doctor"
_BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="exchanger">
  <bpmn:process id="{key}" name="Проба Exchanger" isExecutable="true" camunda:historyTimeToLive="1">
    <bpmn:startEvent id="begin"/>
    <bpmn:sequenceFlow id="there" sourceRef="begin" targetRef="task"/>
    <bpmn:serviceTask id="task" name="Проба Exchanger" camunda:type="external" camunda:topic="{key}"/>
    <bpmn:sequenceFlow id="back" sourceRef="task" targetRef="end"/>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
</bpmn:definitions>"""


@dataclass(slots=True)
class Told:
    """Что проба сказала по пути."""

    findings: list[Diagnosis] = field(default_factory=list)

    def add(self, finding: Diagnosis) -> None:
        """Сказать."""
        self.findings.append(finding)


async def probe(settings: Settings, clock: Clock, system: str | None = None) -> Section:
    """Пройти путь: развернуть свой процесс, взять его задачу, передать через брокер, завершить, всё убрать.

    `system` — ещё и создать в этой системе объект и удалить его. Тема и имя работника свои: служб проба не задевает.
    """
    told, key = Told(), f"{_PREFIX}-{token_hex(6)}"
    connection = dataclasses.replace(engine_connection(settings.engine), worker_id=key)
    async with AsyncExitStack() as stack:
        opened = None
        try:
            opened = await _asked(settings, clock, stack, system)
            async with RestEngine(connection, clock) as engine, _deployed(engine, connection, told):
                await _travel(engine, key, settings, opened, told)
        except ExchangerError as cause:
            told.add(failed(Code.PROBE_FAILED, cause, "exchanger doctor покажет, какая часть не отвечает."))
    return Section("Проба", tuple(told.findings))


async def _asked(settings: Settings, clock: Clock, stack: AsyncExitStack, name: str | None) -> OpenSystem | None:
    if name is None:
        return None
    systems, _ = await open_each(settings, clock, stack)
    found = next((one for one in systems if one.name == name), None)
    if found is None or not found.works:
        able = ", ".join(one.name for one in systems if one.works) or "нет"
        raise ConfigError(
            f"Пробный объект в системе «{name}» не создать: она не включена, не открылась или объектов не делает.",
            remedy=f"назовите другую; могут: {able}.",
        )
    return found


async def _travel(engine: RestEngine, key: str, settings: Settings, system: OpenSystem | None, told: Told) -> None:
    instance = await engine.admin.start(key)
    told.add(fine("Пробный процесс развёрнут и запущен."))
    fetched = await _fetched(engine, key)
    told.add(fine("Движок отдал задачу пробы."))
    if settings.broker.configured:
        await there_and_back(settings, fetched.task.id)
        told.add(fine("Сообщение прошло через брокер и вернулось."))
    if system is not None:
        for finding in await make_and_remove(settings, system, fetched):
            told.add(finding)
    await engine.settle(fetched.task, Completed())
    if await engine.admin.is_running(instance):
        raise Retry("Задача пробы завершена, а процесс не пошёл дальше.", remedy="смотрите журнал движка.")
    told.add(fine("Ответ принят, процесс дошёл до конца."))


async def _fetched(engine: RestEngine, topic: str) -> Fetched:
    found = await engine.fetch([topic], limit=1, lease=_LEASE, wait=_WAIT)
    if not found:
        raise Retry(
            "Процесс пробы запущен, а движок не отдал его задачи.",
            remedy="проверьте CAMUNDA_TENANT_ID и права на внешние задачи.",
        )
    return found[0]


@asynccontextmanager
async def _deployed(engine: RestEngine, connection: EngineConnection, told: Told) -> AsyncIterator[None]:
    """Deployed under the worker's name: whatever happens, even a lost answer, all that bears it goes."""
    key = connection.worker_id
    xml = _BPMN.format(key=key).encode()
    try:
        await engine.deployments.deploy(Package(key, f"{key}.bpmn", xml, source=_PREFIX, filtering=False))
        yield
    finally:
        try:
            for version in await engine.deployments.versions(key):
                await _undeploy(connection, version.deployment_id)
        except ExchangerError as cause:
            what = redact(f"Пробный процесс {key} не убран: {cause}")
            told.add(error(Code.PROBE_LEFT, what, f"удалите в Cockpit развёртывание {key}, с экземплярами."))


async def _undeploy(connection: EngineConnection, deployment_id: str) -> None:
    """With instances and history: nothing of the probe stays."""
    request = Request("DELETE", ("deployment", deployment_id), Call.WRITE, query={"cascade": "true"})
    async with EngineHttp(connection, monotonic, lambda _date, _sent, _got: None) as http:
        answer = await http.send(request)
        if not answer.done:
            raise error_of(http.name, answer, request.call)
