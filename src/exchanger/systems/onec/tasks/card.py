"""Поля задачи из параметров."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.systems.onec.foreign import Row
from exchanger.systems.onec.moments import local
from exchanger.systems.onec.people import People
from exchanger.systems.onec.refs import TYPE_PREFIX
from exchanger.systems.onec.settings import OnecOptions
from exchanger.systems.onec.tasks.params import CreateTaskParams
from exchanger.systems.onec.values import wire


@dataclass(frozen=True, slots=True)
class Card:
    """Сборка полей; людей ищет в базе."""

    options: OnecOptions
    people: People

    async def fields(self, params: CreateTaskParams) -> dict[str, object]:
        """Поля без ключа и даты; `Reject` — человек не найден."""
        zone = self.options.zone
        made: dict[str, object] = {"Description": params.subject}
        if params.description:
            made["Описание"] = params.description
        if params.deadline is not None:
            made["СрокИсполнения"] = local(params.deadline, zone)
        if params.importance:
            made["Важность"] = params.importance
        if params.about:
            made |= _typed("Предмет", params.about.lower(), params.about_set)
        made |= await self._person("Исполнитель", params.assignee or self.options.default_assignee)
        made |= await self._person("Автор", params.author)
        return made | wire(params.fields, zone)

    async def _person(self, role: str, who: str) -> Row:
        return _typed(role, await self.people.ref(who, role), self.options.users_set) if who else {}


def _typed(name: str, ref: str, entity: str) -> dict[str, object]:
    """A reference of several types travels with its type; without it 1C drops it."""
    return {name: ref, f"{name}_Type": TYPE_PREFIX + entity}
