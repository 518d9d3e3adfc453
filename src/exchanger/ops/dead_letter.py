"""Одна запись очереди ошибок, какой её видит оператор, и отбор записей."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256

from exchanger.domain.errors import DeadLetter
from exchanger.ports import Delivery
from exchanger.wire.error_record import ErrorRecord, ErrorShape, decode_error
from exchanger.wire.json_body import JsonObject, object_at, parse
from exchanger.wire.names import OLD_DEAD_LETTERS

ADDED = frozenset(
    {
        "error_type", "reason", "source_queue", "source_exchange", "source_routing_key", "died_at",
        "x-death", "x-first-death-queue", "x-first-death-exchange", "x-first-death-reason",
        "x-last-death-queue", "x-last-death-exchange", "x-last-death-reason",
    }
)  # fmt: skip
"""Заголовки, которые добавляет очередь ошибок: возвращённое сообщение их не несёт."""

_NUMBER = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """Запись без тела. `id` один у одинаковых записей и переживает возврат в очередь; `at` — когда, если известно."""

    id: str
    record: ErrorRecord
    system: str
    topic: str
    size: int

    @property
    def at(self) -> datetime | None:
        """Когда случилось."""
        return self.record.at

    def without_body(self) -> Entry:
        """Без исходного тела: записей в плане много, тела велики."""
        return replace(self, record=replace(self.record, original=b""))


@dataclass(frozen=True, slots=True)
class Selection:
    """Какие записи отобрать; пустое поле не ограничивает. `since` — не раньше, `before` — раньше."""

    system: str = ""
    task: str = ""
    topic: str = ""
    kind: str = ""
    since: datetime | None = None
    before: datetime | None = None
    ids: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_everything(self) -> bool:
        """Ничем не ограничено."""
        return self == Selection()

    def takes(self, entry: Entry) -> bool:
        """Подходит ли запись; без известного времени она не подходит ни под какой срок."""
        record = entry.record
        return (
            (not self.system or entry.system == self.system)
            and (not self.task or record.task_id == self.task)
            and (not self.topic or entry.topic == self.topic)
            and (not self.kind or record.kind == self.kind)
            and (self.since is None or (entry.at is not None and entry.at >= self.since))
            and (self.before is None or (entry.at is not None and entry.at < self.before))
            and (not self.ids or any(entry.id.startswith(number) for number in self.ids))
        )


def read_entry(delivery: Delivery, responses_queue: str) -> Entry:
    """Прочитать запись любой из форм; никогда не бросает."""
    message = delivery.message
    record = (
        _old_answer(message.body, message.correlation_id, responses_queue)
        if delivery.queue == OLD_DEAD_LETTERS
        else decode_error(message.body, message.headers)
    )
    inner = _parsed(record.original) or _parsed(message.body)
    return Entry(
        id=_fingerprint(delivery),
        record=record,
        system=_named("system", inner) or _header(message.headers, "target_system") or _system_of(record.source_queue),
        topic=_named("topic", inner) or _header(message.headers, "camunda_topic"),
        size=len(message.body),
    )


def _old_answer(body: bytes, correlation_id: str, responses_queue: str) -> ErrorRecord:
    """The predecessor's tracker put here, as they were, the answers that it failed to publish."""
    task = correlation_id or _named("task_id", _parsed(body))
    reason = "Прежняя система не смогла опубликовать ответ."
    return ErrorRecord(ErrorShape.RESPONSE_ERROR, task, "not_published", reason, responses_queue, body)


def _fingerprint(delivery: Delivery) -> str:
    message = delivery.message
    parts = (message.correlation_id, *(_header(message.headers, name) for name in ("source_queue", "died_at")))
    digest = sha256("\0".join(parts).encode("utf-8", "replace"))
    digest.update(message.body)
    return digest.hexdigest()[:_NUMBER]


def _parsed(body: bytes) -> JsonObject:
    try:
        return parse(body)
    except DeadLetter:  # the record itself says what is wrong with it
        return {}


def _named(name: str, raw: JsonObject) -> str:
    """A field of the message or of the messages wrapped in it."""
    for path in ((), ("original_message",), ("original_message", "original_message")):
        value = object_at(raw, *path).get(name)
        if isinstance(value, str | int) and value != "":
            return str(value)
    return ""


def _header(headers: Mapping[str, str | int], name: str) -> str:
    return str(headers.get(name, ""))


def _system_of(queue: str) -> str:
    """`bitrix24.queue`, `bitrix24.sent.queue` → `bitrix24`; the answers' queue belongs to no system."""
    name = queue.removesuffix(".queue").removesuffix(".sent")
    return "" if "." in name or name == queue else name


def age(moment: datetime | None, now: datetime | None = None) -> str:
    """Сколько прошло, коротко."""
    if moment is None:
        return "?"
    seconds = int(((now or datetime.now(UTC)) - moment).total_seconds())
    for size, unit in ((86400, "д"), (3600, "ч"), (60, "мин")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} с"
