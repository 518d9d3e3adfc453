"""Инциденты наших внешних задач: что стоит, почему, с какого времени, где объект; и ещё одна попытка."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from exchanger.domain.errors import ExchangerError, Reject, Retry
from exchanger.domain.routing import Routing
from exchanger.domain.task import ExternalTask
from exchanger.engine.client import RestEngine
from exchanger.engine.diagrams import DiagramCache
from exchanger.engine.incidents import StuckTask
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.audit import audit_of
from exchanger.ops.redrive import ONE_ATTEMPT
from exchanger.roles.receipts import LINK_VARIABLE
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wiring import engine_connection, routes_of

_REMEDY = "Что делать: "  # how ExchangerError writes its remedy behind the message
_GENERAL = "исправьте причину и повторите: exchanger incidents retry --task {id} --reason …"


@dataclass(frozen=True, slots=True)
class Incident:
    """Инцидент: задача, её система, имя элемента диаграммы, причина, с какого времени, ссылка на объект, что делать."""

    task: ExternalTask
    system: str
    element: str
    cause: str
    since: datetime | None
    link: str
    advice: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Какие инциденты отобрать; пустое поле не ограничивает. `since` — не раньше, `before` — раньше."""

    system: str = ""
    task: str = ""
    topic: str = ""
    instance: str = ""
    since: datetime | None = None
    before: datetime | None = None

    @property
    def is_everything(self) -> bool:
        """Ничем не ограничено."""
        return self == Wanted()

    def takes(self, stuck: StuckTask, system: str) -> bool:
        """Подходит ли; без известного времени — ни под какой срок."""
        task, at = stuck.task, stuck.since
        return (
            (not self.system or system == self.system)
            and (not self.task or task.id == self.task)
            and (not self.topic or task.topic == self.topic)
            and (not self.instance or task.process_instance_id == self.instance)
            and (self.since is None or (at is not None and at >= self.since))
            and (self.before is None or (at is not None and at < self.before))
        )


Tell = Callable[[Incident, str], None]
"""Рассказ о каждом отобранном: что с ним стало."""


class Incidents:
    """Инциденты наших тем и нашего арендатора. Наша тема — та, чья система в EXCHANGER_SYSTEMS."""

    def __init__(self, engine: RestEngine, diagrams: DiagramCache, routing: Routing, systems: tuple[str, ...]) -> None:
        self._engine = engine
        self._diagrams = diagrams
        self._routing = routing
        self._systems = systems

    async def look(self, wanted: Wanted, limit: int) -> list[Incident]:
        """Отобранные, давние вперёд."""
        found: list[tuple[StuckTask, str]] = []
        for stuck in await self._engine.stuck.all(LINK_VARIABLE):
            system = self._routing.system(stuck.task.topic)
            if system in self._systems and wanted.takes(stuck, system):
                found.append((stuck, system))
        found.sort(key=lambda each: (each[0].since is None, each[0].since, each[0].task.id))
        return [await self._described(stuck, system) for stuck, system in found[:limit]]

    async def retry(self, chosen: list[Incident], reason: str, audit: Audit, tell: Tell) -> None:
        """Дать каждому одну попытку; кто с тех пор перестал быть инцидентом, того не трогают."""
        for incident in chosen:
            try:
                tell(incident, await self._retry(incident, reason, audit))
            except Reject as error:  # about this one task; an outage ends the command
                tell(incident, f"оставлен: {error}")

    async def _retry(self, incident: Incident, reason: str, audit: Audit) -> str:
        task = incident.task
        current = await self._engine.get(task.id)
        if current is None or not current.is_incident:
            return "оставлен: уже не инцидент"
        details = {"system": incident.system, "topic": task.topic, "instance": task.process_instance_id}
        with audit.deed(Deed("incidents retry", f"задача {task.id}", reason, details)) as verdict:
            await self._engine.admin.set_retries(task.id, ONE_ATTEMPT)
            verdict.text = "назначена одна попытка"
        return verdict.text

    async def _described(self, stuck: StuckTask, system: str) -> Incident:
        cause = stuck.task.error_message or "причина не указана"
        _, told, remedy = cause.partition(_REMEDY)
        advice = remedy if told else _GENERAL.format(id=stuck.task.id)
        return Incident(stuck.task, system, await self._element(stuck.task), cause, stuck.since, stuck.link, advice)

    async def _element(self, task: ExternalTask) -> str:
        try:
            metadata = await self._diagrams.metadata(task.process_definition_id, task.activity_id)
        except Retry:
            raise
        except ExchangerError:  # a broken diagram must not hide its own incident; the id says which element it is
            return task.activity_id
        return metadata.activity_name or task.activity_id


@asynccontextmanager
async def open_incidents(settings: Settings) -> AsyncIterator[tuple[Incidents, Audit]]:
    """Инциденты установки и запись действий."""
    clock = SystemClock()
    async with RestEngine(engine_connection(settings.engine), clock) as engine:
        diagrams = DiagramCache(engine.diagram, clock)
        routing = Routing(routes_of(settings))
        yield Incidents(engine, diagrams, routing, settings.installation.systems), audit_of(settings)
