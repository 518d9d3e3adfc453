"""Яндекс Диск: папка, файл, ссылка. Обещание REPEATABLE: повтор приводит к тому же состоянию Диска."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exchanger.connect import REPEATABLE, Finding, Http, HttpOptions, Limiter, Limits, System
from exchanger.domain.task import Order
from exchanger.ports import Clock
from exchanger.systems.python.disk.client import Disk, DiskOptions
from exchanger.systems.python.disk.params import Action, DiskCall, DiskFile, content_for

__all__ = ["DISK", "DiskOptions"]


@asynccontextmanager
async def _open(options: DiskOptions, limiter: Limiter, _clock: Clock) -> AsyncIterator[Disk]:
    headers = {"Authorization": f"OAuth {options.token}"}
    async with (
        Http(HttpOptions(name="Яндекс Диск", timeout=options.timeout, headers=headers), limiter) as api,
        # The place of an upload is another host: it gets the content, never the token.
        Http(HttpOptions(name="Яндекс Диск (выгрузка)", timeout=options.timeout), limiter) as storage,
    ):
        yield Disk(options, api, storage)


DISK: System[DiskOptions, Disk] = System(
    "yandex-disk", client=_open, limits=lambda _options: Limits(per_second=10, burst=20, at_once=4)
)


@DISK.call("yandex_disk", promise=REPEATABLE)
async def yandex_disk(call: DiskCall, disk: Disk, order: Order) -> dict[str, str]:
    """Создать папку, положить файл или дать на них ссылку."""
    path = disk.path(call.path)
    if call.action is Action.FILE:
        await disk.put(path, content_for(call, order))
    elif call.action is Action.FOLDER:
        await disk.folder(path)
    link = await disk.publish(path) if call.link or call.action is Action.LINK else ""
    return {"yandex_path": path} | ({"yandex_link": link} if link else {})


@DISK.call("create_yandex_file", promise=REPEATABLE)
async def create_yandex_file(call: DiskFile, disk: Disk, order: Order) -> dict[str, str]:
    """Положить файл; прежний с этим именем заменяется."""
    return await yandex_disk(DiskCall(**dict(call), action=Action.FILE), disk, order)


@DISK.check
async def check(disk: Disk) -> list[Finding]:
    """Ключ и свободное место."""
    return await disk.check()
