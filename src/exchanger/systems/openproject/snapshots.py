"""Рабочий пакет → снимок: ссылка, ключ, состояние и то, что нужно для ответа процессу."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, ObjectState, Snapshot
from exchanger.systems.openproject.catalogue import StatusInfo
from exchanger.systems.openproject.foreign import Row, as_map, as_moment, as_text, link_id, links, title
from exchanger.systems.openproject.schema import CUSTOM

SYSTEM_NAME = "openproject"


@dataclass(frozen=True, slots=True)
class Reading:
    """Как читать строки: адрес для людей, поле ключа, состояния, какие из них — отказ."""

    link_base: str
    attribute: str
    statuses: Mapping[str, StatusInfo]
    refused: frozenset[str]

    def snapshot(self, row: Row) -> Snapshot:
        """Снимок пакета."""
        status = links(row).get("status")
        return Snapshot(
            ref=self.ref(as_text(row.get("id"))),
            key=self.key_of(row),
            state=self._state(link_id(status)),
            changed=as_moment(row.get("updatedAt")),
            details={
                "subject": as_text(row.get("subject")),
                "status": title(status),
                "project": link_id(links(row).get("project")),
                "type": link_id(links(row).get("type")),
                "custom": dict(_custom(row)),
            },
        )

    def ref(self, number: str) -> ObjectRef:
        """Ссылка: такой пакет открывает человек."""
        return ObjectRef(SYSTEM_NAME, number, f"{self.link_base}/work_packages/{number}")

    def key_of(self, row: Row) -> Key | None:
        """Наш ключ; чужая запись — None."""
        return Key.parse(as_text(row.get(self.attribute)))

    def _state(self, status_id: str) -> ObjectState:
        known = self.statuses.get(status_id)
        if known is None:
            return ObjectState.OPEN  # hidden from us for a moment: an unknown status never answers a process
        if self.refused & {known.id, known.name.casefold()}:
            return ObjectState.REFUSED
        return ObjectState.FINISHED if known.closed else ObjectState.OPEN


def status_ids(rows: Iterable[Row]) -> set[str]:
    """Номера состояний строк."""
    return {number for row in rows if (number := link_id(links(row).get("status")))}


def _custom(row: Row) -> Iterable[tuple[str, object]]:
    """Значения пользовательских полей: простые как есть, текст — без разметки, ссылки — подписями."""
    for name, value in row.items():
        if name.startswith(CUSTOM):
            yield name, as_map(value).get("raw") if isinstance(value, Mapping) else value
    for name, link in links(row).items():
        if name.startswith(CUSTOM):
            yield name, [title(each) for each in link] if isinstance(link, list) else title(link) or None
