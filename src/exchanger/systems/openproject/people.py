"""Люди проекта: по логину, почте, имени или номеру. Неоднозначное имя не угадывается."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from exchanger.connect import Intent
from exchanger.domain.errors import Reject, Retry
from exchanger.ports import Clock
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.catalogue import Memo, Project
from exchanger.systems.openproject.errors import query_error
from exchanger.systems.openproject.foreign import Row, as_text, elements, href, links

_RETRY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Кого можно назначить. Логин и почту экземпляр показывает только управляющим людьми."""

    id: str
    href: str
    name: str
    login: str
    email: str

    def answers_to(self, who: str) -> bool:
        """Это он: номер, логин, почта или имя, целиком."""
        wanted = who.strip().casefold()
        return wanted in {text.casefold() for text in (self.id, self.login, self.email, self.name) if text}


class People:
    """Справочник людей по проектам."""

    def __init__(self, api: OpenProjectApi, clock: Clock) -> None:
        self._api = api
        self._known: Memo[str, tuple[Candidate, ...]] = Memo(clock)

    async def href(self, who: str, role: str, project: Project) -> str:
        """Ссылка на участника проекта; `Reject` — нет такого или их несколько."""
        found = [each for each in await self._of(project) if each.answers_to(who)]
        if not found:
            found = [each for each in await self._of(project, no_older=_RETRY) if each.answers_to(who)]
        exact = [each for each in found if each.id == who.strip()]
        chosen = exact or found
        if len(chosen) == 1:
            return chosen[0].href
        if chosen:
            names = ", ".join(f"{each.name} (№{each.id})" for each in chosen)
            raise Reject(f"OpenProject: {role} назван неоднозначно: {names}.", remedy="укажите номер, логин или почту.")
        raise Reject(
            f"OpenProject: {role} не найден среди тех, кого можно назначить в проекте «{project.name}».",
            remedy="добавьте его в проект или исправьте диаграмму; логин и почта видны Exchanger, только если его "
            "человек может управлять пользователями, иначе указывайте имя или номер.",
        )

    async def _of(self, project: Project, *, no_older: timedelta = timedelta(minutes=10)) -> tuple[Candidate, ...]:
        return await self._known.get(project.id, lambda: self._ask(project), no_older=no_older)

    async def _ask(self, project: Project) -> tuple[Candidate, ...]:
        path = f"/projects/{project.id}/available_assignees"
        answer = await self._api.ask("GET", path, intent=Intent.READ)
        if isinstance(answer, Fault):
            raise query_error(answer, f"GET {path}")
        rows = elements(answer)
        if rows is None:
            raise Retry(f"OpenProject, GET {path}: в ответе нет списка.")
        return tuple(map(_candidate, rows))


def _candidate(row: Row) -> Candidate:
    return Candidate(
        as_text(row.get("id")),
        href(links(row).get("self")),
        as_text(row.get("name")).strip(),
        as_text(row.get("login")).strip(),
        as_text(row.get("email")).strip(),
    )
