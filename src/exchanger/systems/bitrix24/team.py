"""Люди задачи: номера вместо адресов, запасные исполнители, видимость для владельца вебхука."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.domain.errors import Reject
from exchanger.systems.bitrix24.capabilities import Owner
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.content.template import Cast
from exchanger.systems.bitrix24.foreign import as_int
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.people import People
from exchanger.systems.bitrix24.prepare import NOBODY


@dataclass(frozen=True, slots=True)
class Team:
    """Кто есть кто в задаче; `creator` — всегда назван."""

    responsible: int
    creator: int
    auditors: tuple[int, ...] = ()
    accomplices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Crew:
    """Откуда берутся люди: параметры, шаблон, руководитель запустившего, кто запасной.

    Заданное самим элементом сильнее шаблона, шаблон сильнее переменных процесса.
    """

    params: CreateTaskParams
    content: Content
    owner: Owner
    default: int | None = None

    def own(self, name: str) -> bool:
        """Элемент задал это сам."""
        return name in self.params.given

    @property
    def cast(self) -> Cast:
        """Люди шаблона."""
        return Cast() if self.content.template is None else self.content.template.cast

    def placed(self, role: str) -> int | None:
        """Руководитель запустившего, если элемент сам зовёт его в эту роль; нет руководителя — сам запустивший."""
        asked = role in self.params.supervisor_as and self.content.initiator is not None
        return (self.content.supervisor or self.content.initiator) if asked else None

    def supervisor_for(self, role: str) -> int | None:
        """Руководитель запустившего, если шаблон зовёт его в эту роль; нет руководителя — сам запустивший."""
        if role not in self.cast.supervised or self.content.initiator is None:
            return None
        return self.content.supervisor or self.content.initiator


async def gather_team(crew: Crew, people: People) -> Team:
    """Разрешить людей; `Reject` — названного сотрудника на портале нет."""
    responsible = await _responsible(crew, people)
    creator = await _creator(crew, people)
    auditors = await _group(crew, "auditors", "наблюдатель", crew.cast.auditors, people)
    accomplices = await _group(crew, "accomplices", "соисполнитель", crew.cast.accomplices, people)
    if not _sees(crew.owner, creator, responsible, *auditors, *accomplices):
        auditors = (*auditors, crew.owner.id)  # otherwise the task we made would be invisible to us
    return Team(responsible, creator, auditors, accomplices)


def _sees(owner: Owner, *participants: int) -> bool:
    return owner.admin or owner.id in participants


async def _responsible(crew: Crew, people: People) -> int:
    params = crew.params
    if not crew.own("responsible") and (placed := crew.placed("responsible")) is not None:
        return placed
    of_template = crew.cast.responsible or crew.supervisor_for("responsible")
    if of_template is not None and not crew.own("responsible"):
        return of_template
    if params.responsible is not None:
        return await people.named(params.responsible, "исполнитель")
    # assigneeId of StormBPMN looks like a number of an employee, so it must be proved to be one
    for candidate, trusted in ((params.assignee, False), (params.initiator, True)):
        found = None if candidate is None else await _optional(candidate, people, trusted=trusted)
        if found is not None:
            return found
    if crew.default is not None:
        return crew.default
    raise Reject(
        "Битрикс24: исполнитель не найден: ни шаблон, ни assigneeId, ни startedBy не указывают на действующего "
        "сотрудника.",
        remedy=f"{NOBODY}.",
    )


async def _creator(crew: Crew, people: People) -> int:
    params = crew.params
    if not crew.own("creator") and (placed := crew.placed("originator")) is not None:
        return placed
    of_template = crew.cast.originator or crew.supervisor_for("originator")
    if of_template is not None and not crew.own("creator"):
        return of_template
    if params.creator is not None:
        return await people.named(params.creator, "постановщик")
    found = None if params.initiator is None else await _optional(params.initiator, people, trusted=True)
    return crew.owner.id if found is None else found


async def _group(crew: Crew, role: str, called: str, of_template: tuple[int, ...], people: People) -> tuple[int, ...]:
    """Наблюдатели или соисполнители: заданные элементом, иначе шаблоном, иначе процессом."""
    supervisor, placed = crew.supervisor_for(role), crew.placed(role)
    more = () if placed is None else (placed,)
    from_template = of_template if supervisor is None else (*of_template, supervisor)
    if from_template and not crew.own(role):
        return tuple(dict.fromkeys((*from_template, *more)))
    given: tuple[str, ...] = crew.params.auditors if role == "auditors" else crew.params.accomplices
    return tuple(dict.fromkeys([*[await people.named(each, called) for each in given], *more]))


async def initiator(params: CreateTaskParams, people: People) -> int | None:
    """Номер того, кто запустил процесс; уволенный или неизвестный — None только для адреса почты."""
    if params.initiator is None:
        return None
    return as_int(params.initiator) or await people.by_email(params.initiator)


async def _optional(who: str, people: People, *, trusted: bool) -> int | None:
    """Номер действующего сотрудника; непроверенному верят, только если он `trusted`."""
    number = as_int(who)
    if number is None:
        return await people.by_email(who)
    active = await people.active(number)
    return number if active or (active is None and trusted) else None
