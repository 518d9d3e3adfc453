"""Пробный объект системы: создан, найден по ключу, удалён."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

from exchanger.connect import Ending, OpenSystem, Work
from exchanger.domain.errors import ExchangerError, Retry
from exchanger.domain.key import Key
from exchanger.domain.task import Fetched, Metadata, Order
from exchanger.ops.doctor.finding import Code, Diagnosis, error, failed, fine
from exchanger.settings import Settings

TITLE = "Проба Exchanger: будет удалена сама"

_PROPERTIES: Mapping[str, str] = MappingProxyType({"description": "exchanger doctor --probe", "title": TITLE})


async def make_and_remove(settings: Settings, system: OpenSystem, fetched: Fetched) -> list[Diagnosis]:
    """Находки о пробном объекте; что не удалось убрать, названо ссылкой."""
    work = next(iter(system.works.values()))
    key = Key(settings.installation.name, settings.engine.engine_name, fetched.task.id)
    metadata = Metadata(extension_properties=_PROPERTIES, activity_name=TITLE)
    found: list[Diagnosis] = []
    try:
        async with _removed(work, key, found):
            params = work.prepare(Order(fetched.task, system.name, fetched.variables, metadata))
            await work.create(key, params)
            if not await work.find([key]):
                raise Retry("Объект пробы создан, а поиск по ключу его не видит.", remedy="повторите через минуту.")
            found.append(fine(f"Система {system.name}: объект создан и найден по ключу."))
    except ExchangerError as cause:
        found.append(failed(Code.PROBE_FAILED, cause, f"exchanger systems check {system.name}"))
    return found


@asynccontextmanager
async def _removed(work: Work[Any], key: Key, told: list[Diagnosis]) -> AsyncIterator[None]:
    """Everything with the key goes, however the block ends: an answer that was lost may have left an object."""
    try:
        yield
    finally:
        try:
            for snapshot in await work.find([key]):
                if await work.end(snapshot.ref, Ending.DELETE):
                    told.append(fine(f"Объект {snapshot.ref.id} удалён."))
                else:
                    what = f"Объект пробы {snapshot.ref.id} система удалить не даёт."
                    told.append(error(Code.PROBE_LEFT, what, f"удалите его руками: {snapshot.ref.link}"))
        except ExchangerError as cause:
            what = f"Не узнать, остался ли объект пробы: {cause}"
            told.append(error(Code.PROBE_LEFT, what, f"найдите и удалите объект с ключом {key}."))
