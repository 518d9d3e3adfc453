"""Ровно один объект под ключом: найти, создать, прочитать обратно, провести."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.domain.errors import OutcomeUnknown, Reject, Retry
from exchanger.systems.onec.desk import Desk
from exchanger.systems.onec.foreign import Row
from exchanger.systems.onec.readback import differing, lost
from exchanger.systems.onec.settings import KeyScheme
from exchanger.systems.onec.store import Record
from exchanger.telemetry.log import log


@dataclass(frozen=True, slots=True)
class Ensured:
    """Объект и создан ли он сейчас."""

    record: Record
    created: bool


async def ensure(desk: Desk, entity: str, key: str, fields: Row, *, post: bool = False) -> Ensured:
    """Объект под этим ключом с этими полями.

    Найденному дописывается только то, чего база не сохранила: остальное могли изменить люди. `Reject` — записано не всё
    (документ при этом не проводится).
    """
    existing = await _single(desk, entity, key)
    record = existing or await _create(desk, entity, key, fields, post=post)
    stored = await _whole(desk, entity, record.ref)
    wrong = differing(fields, stored.fields) if existing is None else lost(fields, stored.fields)
    if wrong and existing is not None:
        stored = await desk.store.change(entity, record.ref, {name: fields[name] for name in wrong})
        wrong = lost(fields, stored.fields)
    if wrong:
        raise not_kept(entity, record.ref, wrong)
    if post and stored.fields.get("Posted") is not True:
        stored = await desk.store.change(entity, record.ref, {}, post=True)
    return Ensured(stored, existing is None)


def not_kept(entity: str, ref: str, names: list[str]) -> Reject:
    """Записано не то, что послано."""
    return Reject(
        f"1С, {entity} {ref}: записано не то, что послано: {', '.join(names)}.",
        remedy="проверьте имена реквизитов (неизвестные 1С пропускает молча), типы, длину и повторите инцидент.",
    )


async def _single(desk: Desk, entity: str, key: str) -> Record | None:
    found = await desk.store.find(entity, [key])
    if len(found) > 1:
        refs = ", ".join(each.ref for each in found)
        raise Reject(f"1С, {entity}: под ключом {key} несколько объектов: {refs}.", remedy="оставьте один.")
    return found[0] if found else None


async def _create(desk: Desk, entity: str, key: str, fields: Row, *, post: bool) -> Record:
    try:
        return await desk.store.create(entity, key, fields, post=post)
    except OutcomeUnknown as error:
        if desk.options.keyed is not KeyScheme.MARKER:
            raise
        return await _settled(desk, entity, key, error)


async def _settled(desk: Desk, entity: str, key: str, doubt: OutcomeUnknown) -> Record:
    """The base itself refuses no second object here: absence proves something only after the quarantine."""
    log.warning("исход создания в 1С неизвестен, ждём и ищем по ключу", entity=entity, reason=str(doubt))
    await desk.clock.sleep(desk.options.quarantine.total_seconds())
    try:
        found = await _single(desk, entity, key)
    except Retry:
        raise doubt from None  # nothing is proved by a search that failed
    if found is None:
        raise Retry(f"{doubt} После карантина объекта под ключом нет: не создан.")
    return found


async def _whole(desk: Desk, entity: str, ref: str) -> Record:
    stored = await desk.store.whole(entity, ref)
    if stored is None:
        raise Reject(f"1С, {entity}: объект {ref} создан и тут же исчез.", remedy="проверьте, кто его удалил.")
    return stored
