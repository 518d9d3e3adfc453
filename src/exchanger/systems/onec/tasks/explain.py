"""Задача, какой она стала бы, словами: люди по именам, предмет и то, чего 1С не сохранит. Только чтение."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from exchanger.connect.showing import Explained
from exchanger.systems.onec.desk import Desk
from exchanger.systems.onec.foreign import Row, as_text
from exchanger.systems.onec.refs import is_ref
from exchanger.systems.onec.store import Record
from exchanger.systems.onec.tasks.params import CreateTaskParams
from exchanger.systems.onec.tasks.verdicts import wanted_in

_ROLES = ("Исполнитель", "Автор")


async def explain(desk: Desk, params: CreateTaskParams, fields: Row) -> Explained:
    """Объяснить готовые поля."""
    people = {who: await _person(desk, who) for who in _people(fields)}
    about = await _about(desk, params)
    missing = [
        *(f"пользователь {ref}: такого в {desk.options.users_set} нет" for ref, name in people.items() if not name),
        *([f"предмет: в наборе {params.about_set} такого объекта нет"] if params.about and about is None else []),
        *await _unknown(desk, params, fields),
    ]
    return Explained(
        fields=fields,
        people={ref: name for ref, name in people.items() if name},
        later={} if about is None else {"предмет": [_title(about.fields)]},
        missing=tuple(missing),
    )


def _people(fields: Row) -> list[str]:
    return list(dict.fromkeys(ref for role in _ROLES if is_ref(ref := as_text(fields.get(role)))))


async def _person(desk: Desk, ref: str) -> str:
    found = await desk.store.whole(desk.options.users_set, ref)
    return "" if found is None else as_text(found.fields.get("Description")).strip() or ref


async def _about(desk: Desk, params: CreateTaskParams) -> Record | None:
    """1C takes a reference to nothing without a word."""
    return await desk.store.whole(params.about_set, params.about.lower()) if params.about else None


def _title(row: Row) -> str:
    names = (as_text(row.get(name)).strip() for name in ("Description", "Number", "Date"))
    return " ".join(filter(None, names)) or as_text(row.get("Ref_Key"))


async def _unknown(desk: Desk, params: CreateTaskParams, fields: Row) -> Iterable[str]:
    """Names are compared with those of any task of the base; without one, nothing is known."""
    some = await desk.store.matching(desk.options.task_set, {}, 1)
    return list(_absent(some[0].fields, fields, params)) if some else []


def _absent(row: Row, fields: Row, params: CreateTaskParams) -> Iterator[str]:
    for name in fields:
        if name not in row:
            yield f"реквизит «{name}»: у задач этой базы такого нет, 1С его молча пропустит"
    for variable, name, _ in wanted_in(params.results):
        if name not in row:
            yield f"переменная {variable}: реквизита «{name}» у задач этой базы нет, она не заполнится"
