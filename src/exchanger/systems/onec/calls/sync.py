"""Вызов 1c_sync_data: прочитать строки набора или привести объекты к заданному виду."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, cast

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from exchanger.connect.template import Asked, Group
from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.domain.variables import JsonValue, PlainValue
from exchanger.systems.onec.calls.ensure import ensure, not_kept
from exchanger.systems.onec.calls.entities import known
from exchanger.systems.onec.desk import Desk
from exchanger.systems.onec.foreign import Row
from exchanger.systems.onec.readback import differing
from exchanger.systems.onec.values import wire

_MOST = 1000
_READING, _WRITING = Group("reading", "Чтение"), Group("writing", "Запись")


class Sync(BaseModel):
    """Параметры обмена: либо чтение (`where`, `limit`), либо запись (`items`, `match`)."""

    model_config = ConfigDict(frozen=True)

    entity: str = Field(
        min_length=1,
        validation_alias=AliasChoices("onecSet"),
        title="Набор",
        description="Как в OData, например Catalog_Номенклатура",
    )
    where: Annotated[dict[str, object], Asked(group=_READING)] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("where"),
        title="Условие",
        description="JSON: поле → значение, все равны",
    )
    limit: Annotated[int, Asked(group=_READING)] = Field(
        100,
        ge=1,
        le=_MOST,
        validation_alias=AliasChoices("rowLimit"),
        title="Сколько строк",
        description="Без него — 100",
    )
    columns: Annotated[list[str], Asked(group=_READING)] = Field(
        default_factory=list,
        validation_alias=AliasChoices("columns"),
        title="Какие поля вернуть",
        description="Через запятую; без них — все",
    )
    items: Annotated[list[dict[str, object]], Asked(group=_WRITING, long=True)] = Field(
        default_factory=list,
        max_length=_MOST,
        validation_alias=AliasChoices("items"),
        title="Объекты",
        description="JSON-список объектов: имя, как в OData, → значение",
    )
    match: Annotated[list[str], Asked(group=_WRITING)] = Field(
        default_factory=list,
        validation_alias=AliasChoices("matchBy"),
        title="По каким полям узнаются",
        description="Через запятую",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Sync:
        if bool(self.items) != bool(self.match):
            raise ValueError("для записи нужны вместе items и matchBy")
        if any(name not in item for item in self.items for name in self.match):
            raise ValueError("в каждом объекте items должны быть все поля из matchBy")
        return self


async def sync_data(params: Sync, desk: Desk, key: Key) -> dict[str, PlainValue]:
    """Прочитать или записать; повтор записи ничего не меняет."""
    entity = known(params.entity)
    return await (_write(params, desk, entity, key) if params.items else _read(params, desk, entity))


async def _read(params: Sync, desk: Desk, entity: str) -> dict[str, PlainValue]:
    where = wire(params.where, desk.options.zone)
    found = await desk.store.matching(entity, where, params.limit, params.columns)
    rows = [_columns(each.fields, params.columns) for each in found]
    return {"onec_rows": cast("list[JsonValue]", rows), "onec_count": len(rows)}


def _columns(row: Row, columns: list[str]) -> Row:
    if not columns:
        return {name: value for name, value in row.items() if not name.startswith("odata.")}
    return {"Ref_Key": row.get("Ref_Key"), **{name: row.get(name) for name in columns}}


async def _write(params: Sync, desk: Desk, entity: str, key: Key) -> dict[str, PlainValue]:
    counts = {"onec_created": 0, "onec_updated": 0, "onec_unchanged": 0}
    refs: list[JsonValue] = []
    for item in params.items:
        ref, done = await _upsert(desk, entity, wire(item, desk.options.zone), params.match, str(key))
        counts[done] += 1
        refs.append(ref)
    return {**counts, "onec_refs": refs}


async def _upsert(desk: Desk, entity: str, item: Row, match: list[str], key: str) -> tuple[str, str]:
    where = {name: item[name] for name in match if name in item}
    if not where:
        raise Reject("В объекте items поля из matchBy пусты.", remedy="без них объект не узнать.")
    found = await desk.store.matching(entity, where, 2)
    if len(found) > 1:
        raise Reject(f"1С, {entity}: по {', '.join(where)} узнаётся несколько объектов.", remedy="уточните matchBy.")
    if not found:
        made = await ensure(desk, entity, f"{key}#{_digest(where)}", item)
        return made.record.ref, "onec_created" if made.created else "onec_unchanged"
    ref, wrong = found[0].ref, differing(item, found[0].fields)
    if not wrong:
        return ref, "onec_unchanged"
    stored = await desk.store.change(entity, ref, {name: item[name] for name in wrong})
    left = differing(item, stored.fields)
    if left:
        raise not_kept(entity, ref, left)
    return ref, "onec_updated"


def _digest(where: Row) -> str:
    shown = json.dumps(where, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]
