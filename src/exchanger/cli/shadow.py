"""`exchanger shadow`: сравнить с работающей прежней системой, ничего не меняя."""

from __future__ import annotations

import json

import typer

from exchanger.cli.asking import AsJson, perform
from exchanger.cli.moving import OLD, OldWorker, progress
from exchanger.ops.moving.ground import open_ground
from exchanger.ops.moving.shadow import Shadow, Shadowed
from exchanger.settings import load_settings
from exchanger.telemetry.redact import redact

_DIFFERS = 1


def shadow(*, old_worker: OldWorker = OLD, as_json: AsJson = False) -> None:
    """Показать для каждой живой задачи прежней системы, чем отличался бы наш объект. Ничего не пишет никуда.

    Прежняя система может работать. В выводе значения полей: в них бывают личные данные.
    Выход: 0 — отличий нет, 1 — есть. Пример: exchanger shadow --json
    """
    different = perform(_compare(old_worker, as_json=as_json))
    if different:
        raise typer.Exit(_DIFFERS)


async def _compare(old_worker: str, *, as_json: bool) -> int:
    total = different = unknown = 0
    async with open_ground(load_settings(), old_worker) as ground:
        async for each in Shadow(ground, progress).compare():
            total, different, unknown = total + 1, different + each.differs, unknown + bool(each.unknown)
            typer.echo(redact(json.dumps(_fields(each), ensure_ascii=False) if as_json else _text(each)))
    if as_json:
        summary = {"tasks": total, "different": different, "not_compared": unknown}
        typer.echo(json.dumps({"summary": summary}, ensure_ascii=False))
    else:
        typer.echo(f"Задач: {total}, отличаются: {different}, не сравнить: {unknown}")
    return different


def _fields(each: Shadowed) -> dict[str, object]:
    return {
        "task": each.task.id,
        "system": each.system,
        "process": each.task.process_definition_key,
        "element": each.task.activity_id,
        "object": None if each.ref is None else each.ref.id,
        "link": None if each.ref is None else each.ref.link,
        "differences": {one.field: {"ours": one.ours, "theirs": one.theirs} for one in each.found},
        "fields": {name: {"ours": ours, "theirs": theirs} for name, (ours, theirs) in each.fields.items()},
        "refusal": each.refusal,
        "not_compared": each.unknown,
    }


def _text(each: Shadowed) -> str:
    where = f"объект {each.ref.id}" if each.ref is not None else "объекта нет"
    lines = [f"задача {each.task.id}  {each.task.process_definition_key} {each.task.activity_id}  {where}"]
    lines += [f"    {one.field}: у нас «{one.ours}», у них «{one.theirs}»" for one in each.found]
    if each.refusal:
        lines.append(f"    мы не поставили бы: {each.refusal}")
    if each.unknown:
        lines.append(f"    не сравнить: {each.unknown}")
    if not each.differs and not each.unknown:
        lines.append("    отличий нет")
    return "\n".join(lines)
