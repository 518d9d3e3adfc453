"""Снимок задачи: состояние, ключ, адрес для человека."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, ObjectState, Snapshot
from exchanger.ports import Clock
from exchanger.systems.onec.foreign import Row, as_text
from exchanger.systems.onec.moments import aware
from exchanger.systems.onec.refs import shown
from exchanger.systems.onec.settings import OnecOptions
from exchanger.systems.onec.store import Record

NAME = "1c"


@dataclass(frozen=True, slots=True)
class Reading:
    """Как читать задачи этой базы."""

    options: OnecOptions
    clock: Clock

    def snapshot(self, record: Record) -> Snapshot:
        """Снимок задачи."""
        row = record.fields
        state = self._state(row)
        zone = self.options.zone
        due = aware(row.get("СрокИсполнения"), zone)
        return Snapshot(
            ref=self.ref(record.ref),
            key=Key.parse(record.key),
            state=state,
            changed=aware(row.get("ДатаИсполнения"), zone) or aware(row.get("Date"), zone),
            details={
                "ref": record.ref,
                "version": record.version,
                "number": as_text(row.get("Number")).strip(),
                "result": as_text(row.get("РезультатВыполнения")),
                "done": as_text(row.get("ДатаИсполнения")),
            },
            overdue=state is ObjectState.OPEN and due is not None and due < self.clock.now(),
        )

    def ref(self, guid: str) -> ObjectRef:
        """Ссылка: такую навигационную ссылку даёт и сама 1С."""
        base = (self.options.link_base or self.options.base).rstrip("/")
        kind = quote(f"Задача.{self.options.task_set.partition('_')[2]}")
        number = shown(guid)
        return ObjectRef(NAME, number, f"{base}/#e1cib/data/{kind}?ref={number}")

    def _state(self, row: Row) -> ObjectState:
        if row.get("Executed") is True:
            return ObjectState.FINISHED
        stopped = as_text(row.get("СостояниеБизнесПроцесса")).casefold() in self.options.refused_states
        return ObjectState.REFUSED if stopped or row.get("DeletionMark") is True else ObjectState.OPEN
