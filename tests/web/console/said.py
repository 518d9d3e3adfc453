"""A desk whose answers are given: the pages show them whatever they are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from exchanger.connect import Severity
from exchanger.domain.event import Event, EventKind
from exchanger.domain.reconcile import EngineSays
from exchanger.domain.task import ExternalTask, ObjectRef, ObjectState, Snapshot
from exchanger.engine.past import LogEntry, Passed, PastInstance
from exchanger.engine.survey import TaskState
from exchanger.ops.dead_letter import Entry
from exchanger.ops.incidents import Incident
from exchanger.ops.pause import Standing
from exchanger.ops.pause_note import Note
from exchanger.ops.status import Light, Status, Waiting
from exchanger.ops.trace import Answered, InstanceFacts, TaskFacts
from exchanger.roles.pause import Scope
from exchanger.settings import Settings
from exchanger.testing.clock import VirtualClock
from exchanger.web.console.desk import Desk
from exchanger.web.console.health_pages import PartSaid, ServiceSaid
from exchanger.web.console.overview import Overview, SystemLine
from exchanger.web.console.remembered import Known
from exchanger.wire.error_record import ErrorRecord, ErrorShape

NOW = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
TASK = ExternalTask("t1", "topic", "pi", "d:1", "d", "a", worker_id="w", locked_until=NOW + timedelta(days=9))
APPEARED = LogEntry(NOW - timedelta(hours=3), Passed.CREATED, "t1", "topic", "pi", "d:1", "d", "a", "", None, "")
OPEN = Snapshot(ObjectRef("bitrix24", "17", "https://portal.example/17"), None, ObjectState.OPEN)
MADE = TaskFacts("t1", "topic", "bitrix24", True, EngineSays.MADE, TASK, (APPEARED,), (), (OPEN,), next=("Дальше",))


class Said(Desk):
    """A desk whose answers are given."""

    def __init__(self, settings: Settings, task: TaskFacts = MADE, text: str = "причина") -> None:
        super().__init__(settings, VirtualClock())
        self.task, self.text = task, text

    async def trace(self, asked: str) -> Answered:
        instance = PastInstance("pi", "d:1", "d", self.text, 1, self.text, "ACTIVE", NOW, None)
        return Answered(asked, (InstanceFacts(instance, (self.task,), (self.text,)),), NOW, (self.text,))

    async def overview(self) -> Known[Overview]:
        light = Light(self.text, Severity.ERROR, self.text, self.text)
        waiting = Waiting(self.text, "bitrix24", True, {TaskState.WAITING: 1}, NOW)
        part = PartSaid(f"{self.text}:bitrix24", self.text, self.text, self.text)
        standing = Standing("bitrix24", Scope.ALL, False, Note(self.text, NOW, self.text))
        line = SystemLine(self.text, Counter({TaskState.WAITING: 1}), NOW, standing, (part,))
        services = (ServiceSaid(1, (part,)), ServiceSaid(2, silent=self.text))
        return Known(NOW, Overview(Status("prod", (light,), (waiting,)), (line,), services, (self.text,)))

    async def letters(self) -> Known[list[Entry]]:
        record = ErrorRecord(ErrorShape.RESPONSE_ERROR, self.text, self.text, self.text, self.text, b"BODY-OF-IT")
        return Known(NOW, [Entry("id1", record, self.text, self.text, 10)])

    async def incidents(self) -> Known[list[Incident]]:
        task = replace(TASK, topic=self.text, process_definition_key=self.text)
        return Known(NOW, [Incident(task, "bitrix24", self.text, self.text, NOW, self.text, self.text)])


def hostile(text: str) -> TaskFacts:
    failed = replace(APPEARED, passed=Passed.FAILED, message=text, retries=1)
    event = Event(EventKind.CREATED, NOW, "bitrix24", "t1", "pi", {"object": text})
    link = replace(OPEN, ref=ObjectRef("bitrix24", text, "javascript:alert(1)//" + text))
    return replace(MADE, id=text, topic=text, element=text, log=(failed,), events=(event,), objects=(link,))
