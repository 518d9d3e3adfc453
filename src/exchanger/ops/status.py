"""Состояние установки одним взглядом: что работает, что ждёт и что с этим делать. Ничего не меняет."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchanger.connect import Severity
from exchanger.domain.errors import ExchangerError
from exchanger.engine.client import RestEngine
from exchanger.engine.survey import TaskState
from exchanger.ops.dead_letter import age
from exchanger.ops.doctor import examine_systems
from exchanger.ops.pause import open_switchboard
from exchanger.ops.queues import consumed_queues
from exchanger.ops.queues import look as look_at_queues
from exchanger.ops.worker import look as look_at_topics
from exchanger.roles.pause import Scope
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wire.names import ERRORS_QUEUE, OLD_DEAD_LETTERS
from exchanger.wiring import engine_connection

PATIENCE = 20.0
"""Секунд на ответ каждой части."""

LONG = timedelta(minutes=15)
"""Свободная задача обслуживаемой темы старше этого — замечание: обычно её берут за секунды."""


@dataclass(frozen=True, slots=True)
class Light:
    """Часть установки: хорошо ли с ней, что сказать и что делать."""

    part: str
    severity: Severity
    said: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Тема с задачами: сколько в каждом состоянии и когда создана самая старая из ждущих."""

    topic: str
    system: str
    served: bool
    counts: dict[TaskState, int]
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """Установка целиком."""

    environment: str
    lights: tuple[Light, ...]
    topics: tuple[Waiting, ...]

    @property
    def worst(self) -> Severity:
        """Худшая часть."""
        return max((light.severity for light in self.lights), default=Severity.OK)


async def look(settings: Settings) -> Status:
    """Спросить всё сразу; недоступная часть — красная строка, а не конец."""
    topics: list[Waiting] = []
    parts: dict[str, Callable[[], AsyncIterator[Light]]] = {
        "движок": lambda: _engine(settings, topics),
        "брокер": lambda: _broker(settings),
        "пауза": lambda: _paused(settings),
        "системы": lambda: _systems(settings),
    }
    found = await asyncio.gather(*(_patiently(part, gather) for part, gather in parts.items()))
    return Status(settings.installation.environment, tuple(light for each in found for light in each), tuple(topics))


async def _patiently(part: str, gather: Callable[[], AsyncIterator[Light]]) -> list[Light]:
    found: list[Light] = []
    try:
        async with asyncio.timeout(PATIENCE):
            async for light in gather():
                found.append(light)  # noqa: PERF401 - what was learnt before an outage stays
    except ExchangerError as error:
        said = str(error).partition(" Что делать:")[0]
        found.append(Light(part, Severity.ERROR, said, error.remedy))
    except TimeoutError:
        found.append(Light(part, Severity.ERROR, f"Нет ответа за {PATIENCE:g} с.", "подробнее: exchanger doctor."))
    return found


async def _engine(settings: Settings, topics: list[Waiting]) -> AsyncIterator[Light]:
    clock = SystemClock()
    async with RestEngine(engine_connection(settings.engine), clock) as engine:
        version = await engine.admin.version()
        tenant = settings.engine.tenant_id or "без арендатора"
        yield Light("движок", Severity.OK, f"отвечает, версия {version}, арендатор: {tenant}")
        for line in (await look_at_topics(settings)).topics:
            if line.counts:
                oldest = await engine.survey.oldest_waiting(line.topic)
                topics.append(Waiting(line.topic, line.system, line.served, dict(line.counts), oldest))
        yield _incidents(topics)
        yield _waiting(topics, engine.now() or clock.now())


def _incidents(topics: list[Waiting]) -> Light:
    count = sum(each.counts.get(TaskState.INCIDENT, 0) for each in topics if each.served)
    if not count:
        return Light("инциденты", Severity.OK, "нет")
    return Light("инциденты", Severity.WARNING, f"{count}", "разберите: exchanger incidents list.")


def _waiting(topics: list[Waiting], now: datetime) -> Light:
    count = sum(each.counts.get(TaskState.WAITING, 0) for each in topics)
    oldest = min((each.oldest for each in topics if each.served and each.oldest is not None), default=None)
    said = f"{count}" + (f", самая старая из наших {age(oldest, now)}" if oldest is not None else "")
    forgotten = [each.topic for each in topics if not each.served and each.counts.get(TaskState.WAITING, 0)]
    if oldest is not None and now - oldest > LONG:
        remedy = (
            "работает ли служба camunda-worker, не на паузе ли система: exchanger services status, exchanger paused."
        )
        return Light("ждут", Severity.WARNING, said, remedy)
    if forgotten:
        said = f"{said}; темы, которых здесь никто не берёт: {', '.join(forgotten)}"
        return Light("ждут", Severity.WARNING, said, "что с ними делать: exchanger worker.")
    return Light("ждут", Severity.OK, said)


async def _broker(settings: Settings) -> AsyncIterator[Light]:
    if not settings.broker.configured:
        yield Light("брокер", Severity.OK, "не настроен: шина в памяти одного процесса")
        return
    lines = await look_at_queues(settings)
    letters = sum(line.messages or 0 for line in lines if line.name in {ERRORS_QUEUE, OLD_DEAD_LETTERS})
    remarks = [line for line in lines if line.remark and line.name not in {ERRORS_QUEUE, OLD_DEAD_LETTERS}]
    said = f"отвечает; очередей {len(lines)}, сообщений {sum(line.messages or 0 for line in lines)}"
    yield Light("брокер", Severity.OK, said)
    consumed = consumed_queues(settings)
    idle = {line.name for line in lines if line.name in consumed and line.consumers == 0}
    if idle == consumed:
        yield Light("службы", Severity.ERROR, "ни одна не работает", "запустите: exchanger services start.")
    for line in remarks:
        if line.name not in idle or idle != consumed:
            yield Light("очередь", Severity.WARNING, f"{line.name}: {line.remark}", "подробнее: exchanger queues.")
    if letters:
        yield Light("очередь ошибок", Severity.WARNING, f"{letters}", "разберите: exchanger dlq list.")
    else:
        yield Light("очередь ошибок", Severity.OK, "пуста")


async def _paused(settings: Settings) -> AsyncIterator[Light]:
    async with open_switchboard(settings) as board:
        stopped = [each for each in await board.look() if each.scope is not Scope.NOTHING]
    for each in stopped:
        remedy = f"отпустить: exchanger resume {each.system} --reason …"
        yield Light("пауза", Severity.WARNING, f"{each.system}: {each.scope.value}", remedy)
    if not stopped:
        yield Light("пауза", Severity.OK, "все системы отпущены")


async def _systems(settings: Settings) -> AsyncIterator[Light]:
    async for section in examine_systems(settings):
        worst = max(section.findings, key=lambda finding: finding.severity, default=None)
        part = section.title.lower()
        if worst is None or worst.severity is Severity.OK:
            yield Light(part, Severity.OK, "в порядке")
        else:
            yield Light(part, worst.severity, worst.what, worst.remedy or "подробнее: exchanger systems check.")
