"""Тело создания: всё, что уходит одним запросом."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.capabilities import Capabilities
from exchanger.systems.openproject.catalogue import Catalogue, Project
from exchanger.systems.openproject.choices import choose, choose_type
from exchanger.systems.openproject.custom_values import CustomValues
from exchanger.systems.openproject.params import CreateTaskParams
from exchanger.systems.openproject.people import People
from exchanger.systems.openproject.schema import Form, Option
from exchanger.systems.openproject.settings import OpenProjectOptions

_SUBJECT_LIMIT = 255

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Place:
    """Где будет задача: проект, тип и форма этого типа."""

    project: Project
    type: Option
    form: Form


class Cards:
    """Составление тел."""

    def __init__(self, api: OpenProjectApi, catalogue: Catalogue, people: People, options: OpenProjectOptions) -> None:
        self._api = api
        self._catalogue = catalogue
        self.people = people
        self._options = options
        self.custom = CustomValues(api, people)

    async def place(self, params: CreateTaskParams) -> Place:
        """Проект и тип задачи."""
        project = await self._catalogue.project(params.project or self._options.projects[0])
        form = await self._catalogue.form(project.id)
        chosen = choose_type(form, params.type, self._options.default_type, milestone=params.milestone)
        if chosen.id != form.type_id:
            form = await self._catalogue.form(project.id, chosen.id)
        return Place(project, chosen, form)

    async def body(self, key: Key, params: CreateTaskParams, place: Place, capabilities: Capabilities) -> Body:
        """Тело создания; `Reject` — названного нет на экземпляре или ключ было бы некуда записать."""
        _keeps_key(place, capabilities)
        plain, linked = await self.custom.write(params.custom, place.form, place.project)
        for who in params.watchers:
            await self.people.href(who, "наблюдатель", place.project)  # a mistake is found before anything is made
        fields = {
            "subject": _subject(params.subject),
            "description": {"raw": params.description} if params.description else None,
            "estimatedTime": params.estimated,
            **_dates(params, milestone=place.type.milestone),
            **plain,
            capabilities.attribute: str(key),
        }
        links = {**await self._links(params, place), **linked}
        return {**{name: value for name, value in fields.items() if value is not None}, "_links": links}

    async def _links(self, params: CreateTaskParams, place: Place) -> Body:
        site, project = self._api.site, place.project
        hrefs = {
            "project": site.href("projects", project.id),
            "type": site.href("types", place.type.id),
            "parent": None if params.parent is None else site.href("work_packages", str(params.parent)),
        }
        for name, wanted, what in (("status", params.status, "состояние"), ("priority", params.priority, "приоритет")):
            if wanted:
                hrefs[name] = choose(place.form.options(name), wanted, what).href
        assignee = params.assignee or self._options.default_assignee
        for name, who, role in (
            ("assignee", assignee, "исполнитель"),
            ("responsible", params.responsible, "ответственный"),
        ):
            if who:
                hrefs[name] = await self.people.href(who, role, project)
        return {name: {"href": href} for name, href in hrefs.items() if href is not None}


def _keeps_key(place: Place, capabilities: Capabilities) -> None:
    """Незнакомое свойство OpenProject молча пропускает: задача без ключа потом задвоилась бы."""
    field = place.form.properties.get(capabilities.attribute)
    if field is None or not field.writable:
        raise Reject(
            f"OpenProject: у типа «{place.type.name}» в проекте «{place.project.name}» нет поля ключа.",
            remedy="включите поле ключа у этого типа и в этом проекте.",
        )
    if not capabilities.reaches(place.project.id):
        raise Reject(
            f"OpenProject: в проекте «{place.project.name}» по полю ключа не ищут.",
            remedy="отметьте поле «Для всех проектов» или добавьте проект в OPENPROJECT_PROJECTS.",
        )


def _dates(params: CreateTaskParams, *, milestone: bool) -> Body:
    start, due, single = (None if day is None else day.isoformat() for day in (params.start, params.due, params.on))
    if milestone:
        return {"date": single or due or start}
    return {"startDate": start, "dueDate": due or single, "duration": params.duration}


def _subject(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SUBJECT_LIMIT else line[: _SUBJECT_LIMIT - 1].rstrip() + "…"
