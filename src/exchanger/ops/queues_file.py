"""Файл содержимого очереди в форме прежней системы: `{export_info: {…}, messages: [{…}]}`.

Пишется по сообщению, в памяти — одно. Тела целиком, поэтому файл читает только владелец (0600). Пока запись не
кончена, имя кончается на `.part`: после обрыва питания в нём всё, что успели записать.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from exchanger.bus.rabbitmq.pile import Held
from exchanger.domain.errors import ConfigError
from exchanger.domain.variables import JsonValue

_PROPERTIES = (
    "content_type", "content_encoding", "priority", "correlation_id", "reply_to", "expiration", "message_id",
    "type", "app_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Origin:
    """Откуда сообщения."""

    queue: str
    host: str
    port: int


class ExportFile:
    """Файл на время прохода; закрывается целым JSON и при ошибке посередине."""

    def __init__(self, path: Path, origin: Origin) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._origin = origin
        self._file: IO[str] | None = None
        self.count = 0

    def __enter__(self) -> Self:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            made = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except OSError as error:
            raise self._unwritable(error) from error
        self._file = os.fdopen(made, "w", encoding="utf-8")
        self._put('{"messages": [')
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            self._put(f'\n], "export_info": {json.dumps(self._info(), ensure_ascii=False)}}}\n', durable=True)
        self._part.replace(self._path)

    def write(self, held: Held, *, durable: bool = False) -> int:
        """Записать сообщение (`durable` — дождаться диска); возвращает, сколько записано. `ConfigError` — не вышло."""
        comma = "," if self.count else ""
        self._put(f"{comma}\n{json.dumps(row(self.count + 1, held), ensure_ascii=False)}", durable=durable)
        self.count += 1
        return self.count

    def _put(self, text: str, *, durable: bool = False) -> None:
        file = self._open
        try:
            file.write(text)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unwritable(error) from error

    @property
    def _open(self) -> IO[str]:
        if self._file is None:
            raise RuntimeError("файл открывают через with")
        return self._file

    def _unwritable(self, error: OSError) -> ConfigError:
        return ConfigError(
            f"Файл {self._path} не записать: {error.strerror}. Записано сообщений: {self.count}.",
            remedy="проверьте путь, права и место на диске.",
        )

    def _info(self) -> dict[str, JsonValue]:
        now = datetime.now(UTC)
        return {
            "queue_name": self._origin.queue,
            "timestamp": int(now.timestamp()),
            "timestamp_human": f"{now:%Y-%m-%d %H:%M:%S} UTC",
            "total_messages": self.count,
            "rabbitmq_host": self._origin.host,
            "rabbitmq_port": self._origin.port,
        }


def row(number: int, held: Held) -> dict[str, JsonValue]:
    """Сообщение в файле: номер, откуда, свойства AMQP, тело разобранное и каким было."""
    delivery = held.delivery
    parsed, raw, kind = read_body(delivery.message.body)
    return {
        "message_number": number,
        "delivery_tag": number,  # the channel is fresh, so the broker counts the same way
        "exchange": delivery.exchange,
        "routing_key": delivery.routing_key,
        "redelivered": delivery.redelivered,
        "properties": _properties(held),
        "body": parsed,
        "body_raw": raw,
        "body_type": kind,
    }


def read_body(body: bytes) -> tuple[JsonValue, str, str]:
    """Тело: разобранное, каким было и род — `json`, `text` или `base64` (не UTF-8)."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        packed = base64.b64encode(body).decode()
        return packed, packed, "base64"
    try:
        parsed: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text, text, "text"
    return parsed, text, "json"


def _properties(held: Held) -> dict[str, JsonValue]:
    message = held.copy()
    known: dict[str, JsonValue] = {name: _plain(getattr(message, name)) for name in _PROPERTIES}
    return {
        **{name: value for name, value in known.items() if value is not None},
        "headers": {str(name): _plain(value) for name, value in message.headers.items()},
        "delivery_mode": int(message.delivery_mode or 1),
        "timestamp": message.timestamp.isoformat() if message.timestamp else None,
    }


def _plain(value: object) -> JsonValue:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray():
            return bytes(value).decode("utf-8", "replace")
        case dict():
            return {str(name): _plain(each) for name, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return str(value)
