"""Вложения пакета: файлы процесса прикладываются по одному разу, чужие отдаются процессу ссылками."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from exchanger.connect import Intent, ProcessFile, process_file
from exchanger.domain.errors import Retry
from exchanger.domain.task import ObjectRef
from exchanger.domain.variables import JsonValue
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.catalogue import Catalogue
from exchanger.systems.openproject.foreign import Row, as_int, as_map, as_text, elements, href, links
from exchanger.systems.openproject.upload import upload

_MARK = "[Exchanger: "
_LONGEST_NAME = 150


class Attachments:
    """Чтение и запись вложений."""

    def __init__(self, api: OpenProjectApi, catalogue: Catalogue, link_base: str) -> None:
        self._api = api
        self._catalogue = catalogue
        self._link_base = link_base

    async def check(self, variables: Sequence[str]) -> None:
        """Прочитать файлы до создания пакета: негодный — `Reject`, пока ничего не сделано."""
        for variable in variables:
            await self._file(variable)

    async def add(self, ref: ObjectRef, variables: Sequence[str]) -> None:
        """Приложить недостающие. Приложенный узнаётся по отметке, без неё — по имени и содержимому."""
        if not variables:
            return
        rows = await self._rows(ref)
        for variable in variables:
            mark = f"{_MARK}{variable}]"
            if any(mark in _description(row) for row in rows):
                continue
            file = await self._file(variable)
            if not any(_same(row, file) for row in rows):
                body = upload(_short(file.name), file.type, file.content, mark)
                await self._api.call("POST", _path(ref), intent=Intent.IDEMPOTENT, body=body)

    async def listed(self, ref: ObjectRef) -> list[JsonValue]:
        """Вложения, которые приложили люди: номер, имя, размер и ссылка для вошедшего в OpenProject."""
        return [self._entry(row) for row in await self._rows(ref) if _MARK not in _description(row)]

    def _entry(self, row: Row) -> JsonValue:
        number = as_int(row.get("id"))
        own = href(links(row).get("staticDownloadLocation")) or f"/api/v3/attachments/{number}/content"
        link = f"{self._link_base}/api/v3/{own.partition('/api/v3/')[2]}" if "/api/v3/" in own else ""
        return {"id": number, "name": as_text(row.get("fileName")), "size": as_int(row.get("fileSize")), "link": link}

    async def _file(self, variable: str) -> ProcessFile:
        return await process_file(variable, most=await self._catalogue.attachment_limit())

    async def _rows(self, ref: ObjectRef) -> list[Row]:
        rows = elements(await self._api.call("GET", _path(ref), intent=Intent.READ))
        if rows is None:
            raise Retry(f"OpenProject, GET {_path(ref)}: в ответе нет списка.")
        return rows


def _path(ref: ObjectRef) -> str:
    return f"/work_packages/{ref.id}/attachments"


def _description(row: Row) -> str:
    return as_text(as_map(row.get("description")).get("raw"))


def _same(row: Row, file: ProcessFile) -> bool:
    digest = as_map(row.get("digest"))
    if as_text(digest.get("algorithm")) == "md5" and digest.get("hash") != _md5(file.content):
        return False
    return as_int(row.get("fileSize")) == len(file.content) and _plain(as_text(row.get("fileName"))) == _plain(
        _short(file.name)
    )


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _plain(name: str) -> str:
    """OpenProject replaces characters that a file system may not like."""
    return re.sub(r"[^\w.-]", "_", name).casefold()


def _short(name: str) -> str:
    """The end of a name says what the file is."""
    name = name.replace("\\", "/").rpartition("/")[2] or "file"
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 20] + name[-20:]
