"""Содержимое очереди руками: посмотреть, сохранить в файл, убрать сохранённое. Порядок очереди не меняется."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from exchanger.bus.rabbitmq.pile import Held, pile
from exchanger.bus.rabbitmq.session import QueueState, Session, open_session
from exchanger.domain.errors import ConfigError
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.audit import audit_of
from exchanger.ops.queues_file import ExportFile, Origin
from exchanger.settings import Settings
from exchanger.telemetry.redact import MASK, is_secret_name, redact
from exchanger.wire.names import ERRORS_QUEUE, OLD_DEAD_LETTERS
from exchanger.wiring import broker_connection

Progress = Callable[[int], None]
"""Сколько сообщений уже записано."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Сообщение очереди, как его показывают: откуда, чьё, сколько байт; тайн в заголовках нет; тело — если просили."""

    number: int
    exchange: str
    routing_key: str
    redelivered: bool
    correlation_id: str
    headers: dict[str, str | int]
    size: int
    body: str | None


class QueueContent:
    """Одна существующая очередь. Один проход: лишние возвраты изнашивают чужую кворумную очередь."""

    def __init__(self, queue: str, session: Session, audit: Audit, exports: Path) -> None:
        self.queue = queue
        self._session = session
        self._audit = audit
        self._exports = exports

    async def state(self) -> QueueState:
        """Сообщений и потребителей; `ConfigError` — такой очереди нет."""
        found = await self._session.state(self.queue)
        if found is None:
            raise ConfigError(f"Очереди «{self.queue}» в брокере нет.", remedy="имена очередей: exchanger queues.")
        return found

    async def peek(self, count: int, *, body: bool) -> list[Seen]:
        """Первые `count` сообщений; они возвращаются на свои места, с пометкой «доставлено повторно»."""
        await self.state()
        found: list[Seen] = []
        async with pile(self._session, self.queue) as messages:
            async for held in messages:
                found.append(_seen(len(found) + 1, held, body=body))
                if len(found) >= count:
                    break
        return found

    async def export(self, path: Path, told: Progress) -> int:
        """Записать всё, что есть, в файл; сообщения остаются в очереди. Возвращает, сколько записано."""
        await self.state()
        with ExportFile(path, self._origin()) as file:
            async with pile(self._session, self.queue) as messages:
                async for held in messages:
                    told(file.write(held))
        return file.count

    async def purge(self, reason: str, told: Progress) -> tuple[int, Path]:
        """Убрать то, что было в начале прохода: каждое сообщение сперва на диске, потом убирается.

        Пришедшее после начала остаётся. Возвращает, сколько убрано и где сохранено.
        """
        state = await self.state()
        path = self._exports / f"{self.queue}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.json"
        deed = Deed("queues purge", f"очередь {self.queue}", reason, {"messages": state.messages, "export": str(path)})
        with self._audit.deed(deed) as verdict, ExportFile(path, self._origin()) as file:
            async with pile(self._session, self.queue) as messages:
                async for held in messages:
                    told(file.write(held, durable=True))
                    await held.remove()
            verdict.text = f"убрано {file.count}"
        return file.count, path

    def _origin(self) -> Origin:
        broker = self._session.broker
        return Origin(self.queue, broker.host, broker.port)


def _seen(number: int, held: Held, *, body: bool) -> Seen:
    delivery = held.delivery
    message = delivery.message
    return Seen(
        number=number,
        exchange=delivery.exchange,
        routing_key=delivery.routing_key,
        redelivered=delivery.redelivered,
        correlation_id=message.correlation_id,
        headers={name: _shown(name, value) for name, value in message.headers.items()},
        size=len(message.body),
        body=message.body.decode("utf-8", "replace") if body else None,
    )


def _shown(name: str, value: str | int) -> str | int:
    if is_secret_name(name):
        return MASK
    return redact(value) if isinstance(value, str) else value


def lost_with(queue: str, responses_queue: str) -> str:
    """Что теряется вместе с сообщениями очереди и что вернётся само."""
    if queue in {ERRORS_QUEUE, OLD_DEAD_LETTERS}:
        return "Это записи об ошибках для людей: задач они не держат. Разбирать их лучше по одной: exchanger dlq list."
    if queue == responses_queue:
        return (
            "Исходы задач наблюдатель прочтёт в системе и передаст снова; исход вызова, который нельзя повторять "
            "(письмо, сделка), станет сомнительным инцидентом, остальные вызовы выполнятся ещё раз."
        )
    if queue.endswith(".sent.queue"):
        return "Квитанции — подсказки: объекты уже созданы, их найдут по ключу, когда задача будет взята снова."
    return (
        "Заявки — подсказки, сами задачи в движке: он выдаст их снова, когда выйдет аренда (CAMUNDA_LEASE). "
        "Заявки, положенные в очередь чужой программой, не повторит никто: они останутся только в файле."
    )


@asynccontextmanager
async def open_content(settings: Settings, queue: str) -> AsyncIterator[QueueContent]:
    """Очередь установки; `ConfigError` — RabbitMQ не настроен, `Retry` — не отвечает."""
    if not settings.broker.configured:
        raise ConfigError(
            "RabbitMQ не настроен: очереди шины в памяти видны только её процессу.",
            remedy="задайте RABBITMQ_HOST (или RABBITMQ_URL).",
        )
    exports = settings.logs_directory / settings.installation.environment / "queues"
    async with open_session(broker_connection(settings.broker), f"очередь {queue}") as session:
        yield QueueContent(queue, session, audit_of(settings), exports)
