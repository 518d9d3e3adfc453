"""Стенд OpenProject для сравнения: у его пакета есть всё, о чём спрашивает обход."""

from __future__ import annotations

from datetime import date

from exchanger.ops.record.recording import Recorded
from exchanger.ops.record.tour_openproject import record
from exchanger.sandbox.openproject import Instance, Person, default_instance, standin
from exchanger.sandbox.openproject.model import Attachment, Relation
from exchanger.sandbox.openproject.seed import CLERK, ENGINEER, TOKEN
from exchanger.systems.openproject.settings import ApiKey, OpenProjectOptions
from exchanger.telemetry.clock import SystemClock

_PROJECT = "main"
_VALUES: dict[int, object] = {
    2: 1, 3: [3, 4], 4: "Пояснение", 5: 1.5, 6: 2, 7: True, 8: "2026-01-01", 9: CLERK, 10: 31, 11: 21,
    12: "https://example.ru",
}  # fmt: skip


async def record_stand(instance: Instance) -> list[Recorded]:
    """Обойти стенд тем же обходом."""
    async with standin(instance) as running:
        options = OpenProjectOptions(
            url=running.url, login=ApiKey(TOKEN), projects=(_PROJECT,), requests_per_second=1000.0, burst=1000.0
        )
        return await record(options, SystemClock())


def filled() -> Instance:
    """Обычный стенд с пакетами."""
    instance = default_instance()
    fill(instance)
    return instance


def fill(instance: Instance) -> None:
    """Один пакет со всем, что бывает, его родитель и сосед."""
    person = Person(instance, instance.principals[ENGINEER])
    parent, other, full = (person.create(_PROJECT, name) for name in ("Родитель", "Сосед", "Полный"))
    full.description, full.parent = "Описание", parent.id
    full.assignee, full.responsible, full.watchers = CLERK, ENGINEER, [CLERK]
    full.start, full.due, full.estimated = date(2026, 1, 1), date(2026, 1, 2), "PT8H"
    for number, value in _VALUES.items():
        person.fill(full.id, number, value)
    person.comment(full.id, "Слово")
    made = instance.next_record()
    instance.relations[made] = Relation(made, "follows", full.id, other.id)
    made = instance.next_record()
    instance.attachments[made] = Attachment(made, full.id, "файл.txt", b"1")
    person.close(other.id)
