"""Тело загрузки вложения: multipart ровно из `metadata` и `file`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Upload:
    """Готовое тело запроса и его тип."""

    data: bytes = field(repr=False)
    type: str


def upload(name: str, kind: str, content: bytes, description: str) -> Upload:
    """Собрать тело. Имя файла — в `metadata`: в заголовке части не всякое пройдёт."""
    boundary = uuid4().hex
    metadata = json.dumps({"fileName": name, "description": {"raw": description}}, ensure_ascii=False).encode()
    plain = kind if kind.isascii() and kind.isprintable() else "application/octet-stream"
    parts = (
        b'Content-Disposition: form-data; name="metadata"\r\nContent-Type: application/json\r\n\r\n' + metadata,
        b'Content-Disposition: form-data; name="file"; filename="file"\r\nContent-Type: '
        + plain.encode()
        + b"\r\n\r\n"
        + content,
    )
    edge = b"--" + boundary.encode()
    body = b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"
    return Upload(body, f"multipart/form-data; boundary={boundary}")
