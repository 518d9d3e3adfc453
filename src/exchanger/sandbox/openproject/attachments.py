"""Вложения: multipart ровно из `metadata` и `file`, не больше предела экземпляра."""

from __future__ import annotations

import json
import re

from aiohttp import BodyPartReader, web

from exchanger.sandbox.openproject import render
from exchanger.sandbox.openproject.errors import ApiError, invalid
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import Attachment, WorkPackage


async def attach(request: web.Request, instance: Instance, one: WorkPackage | None) -> Attachment:
    """Принять файл."""
    parts: dict[str, tuple[bytes, str, str]] = {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name:
            parts[part.name] = bytes(await part.read()), part.filename or "", part.headers.get("Content-Type", "")
    if parts.keys() != {"metadata", "file"}:
        raise ApiError(400, "InvalidRequestBody", "Expected exactly metadata and file.")
    metadata = json.loads(parts["metadata"][0])
    content = parts["file"][0]
    if len(content) > instance.config.max_attachment:
        raise invalid("file", "File is too large.")
    name = str(metadata.get("fileName") or "")
    if not name:
        raise invalid("fileName", "File name can't be blank.")
    target = None if one is None else one.id
    description = metadata.get("description")
    said = description.get("raw") if isinstance(description, dict) else description
    made = Attachment(instance.next_record(), target, _sanitized(name), content, str(said or ""), parts["file"][2])
    instance.attachments[made.id] = made
    return made


def listed(instance: Instance, one: WorkPackage) -> render.Body:
    """Вложения пакета."""
    found = [render.attachment(each) for each in instance.attachments.values() if each.work_package == one.id]
    return render.collection(found, f"/api/v3/work_packages/{one.id}/attachments")


def _sanitized(name: str) -> str:
    """Чего файловая система может не принять, то подчёркнуто."""
    return re.sub(r"[^\w.\- ]", "_", name)
