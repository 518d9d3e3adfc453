"""События на пути к подписчикам: запись JSON и ограниченный запас, который никогда не ждёт."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

from exchanger.domain.event import Event, EventKind

Listener = Callable[[Event], Awaitable[None]]
"""Подписчик событий."""

BUFFER = 1000
"""Сколько событий ждёт отправки; старшие уступают место новым."""


class Outbox:
    """Запас событий: `put` не ждёт никогда, лишнее отбрасывается с головы и считается."""

    def __init__(self, limit: int = BUFFER) -> None:
        self._events: deque[Event] = deque(maxlen=limit)
        self._filled = asyncio.Event()
        self.dropped = 0

    def put(self, event: Event) -> None:
        """Положить событие; полный запас теряет самое старое."""
        if len(self._events) == self._events.maxlen:
            self.dropped += 1
        self._events.append(event)
        self._filled.set()

    async def take(self) -> Event:
        """Дождаться события и забрать его."""
        while not self._events:
            self._filled.clear()
            await self._filled.wait()
        return self._events.popleft()


def encode(event: Event) -> bytes:
    """Записать событие."""
    return json.dumps(
        {
            "kind": event.kind,
            "at": event.at.isoformat(),
            "system": event.system,
            "task_id": event.task_id,
            "process_instance_id": event.process_instance_id,
            "fields": dict(event.fields),
        },
        ensure_ascii=False,
    ).encode()


def decode(body: bytes) -> Event:
    """Прочитать событие; `ValueError` — это не событие."""
    try:
        read = json.loads(body)
        return Event(
            EventKind(read["kind"]),
            datetime.fromisoformat(read["at"]),
            str(read["system"]),
            str(read["task_id"]),
            str(read["process_instance_id"]),
            dict(read["fields"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"Это не событие: {error!r}") from error
