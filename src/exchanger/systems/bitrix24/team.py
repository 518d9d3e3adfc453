"""Люди задачи: номера вместо адресов, запасные исполнители, видимость для владельца вебхука."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.domain.errors import Reject
from exchanger.systems.bitrix24.capabilities import Owner
from exchanger.systems.bitrix24.foreign import as_int
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.people import People


@dataclass(frozen=True, slots=True)
class Team:
    """Кто есть кто в задаче; `creator` — всегда назван."""

    responsible: int
    creator: int
    auditors: tuple[int, ...] = ()
    accomplices: tuple[int, ...] = ()


async def gather_team(params: CreateTaskParams, owner: Owner, people: People, default: int | None) -> Team:
    """Разрешить людей; `Reject` — названного сотрудника на портале нет."""
    responsible = await _responsible(params, people, default)
    creator = await _creator(params, owner, people)
    auditors = [await _required(each, "наблюдатель", people) for each in params.auditors]
    accomplices = [await _required(each, "соисполнитель", people) for each in params.accomplices]
    if not _sees(owner, creator, responsible, *auditors, *accomplices):
        auditors.append(owner.id)  # otherwise the task we made would be invisible to us
    return Team(responsible, creator, tuple(auditors), tuple(accomplices))


def _sees(owner: Owner, *participants: int) -> bool:
    return owner.admin or owner.id in participants


async def _responsible(params: CreateTaskParams, people: People, default: int | None) -> int:
    if params.responsible is not None:
        return await _required(params.responsible, "исполнитель", people)
    # assigneeId of StormBPMN looks like a number of an employee, so it must be proved to be one
    for candidate, trusted in ((params.assignee, False), (params.initiator, True)):
        found = None if candidate is None else await _optional(candidate, people, trusted=trusted)
        if found is not None:
            return found
    if default is not None:
        return default
    raise Reject(
        "Битрикс24: исполнитель не найден: ни assigneeId, ни startedBy не указывают на действующего сотрудника.",
        remedy="задайте элементу свойство responsible или responsibleEmail либо BITRIX_DEFAULT_RESPONSIBLE_ID.",
    )


async def _creator(params: CreateTaskParams, owner: Owner, people: People) -> int:
    if params.creator is not None:
        return await _required(params.creator, "постановщик", people)
    found = None if params.initiator is None else await _optional(params.initiator, people, trusted=True)
    return owner.id if found is None else found


async def _optional(who: str, people: People, *, trusted: bool) -> int | None:
    """Номер действующего сотрудника; непроверенному верят, только если он `trusted`."""
    number = as_int(who)
    if number is None:
        return await people.by_email(who)
    active = await people.active(number)
    return number if active or (active is None and trusted) else None


async def _required(who: str, role: str, people: People) -> int:
    """Номер берётся как есть (портал сам откажет неизвестному), адрес разрешается."""
    number = as_int(who)
    if number is None:
        number = await people.by_email(who)
    if number is None:
        raise Reject(
            f"Битрикс24: {role} задан адресом почты, но действующего сотрудника с таким адресом на портале нет.",
            remedy="исправьте адрес в диаграмме или переменной либо верните сотрудника на портал.",
        )
    return number
