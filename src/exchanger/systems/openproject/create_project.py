"""Операция op_create_project: новый проект.

Идентификатор проекта один на весь экземпляр и выведен из ключа внешней задачи: второй проект той же задачи экземпляр
отвергнет сам, а переименованный человеком по прежнему идентификатору находится.
"""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from exchanger.connect import Intent
from exchanger.domain.errors import BusinessError, ExchangerError, Reject
from exchanger.domain.key import Key
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.card import Body
from exchanger.systems.openproject.changes import Change
from exchanger.systems.openproject.choices import choose
from exchanger.systems.openproject.desk import Desk
from exchanger.systems.openproject.errors import INVALID, NOT_FOUND, REJECTED, query_error, said_of, to_error
from exchanger.systems.openproject.foreign import Row, as_text
from exchanger.systems.openproject.project_params import NewProject
from exchanger.systems.openproject.schema import Form, read_form

_PATH = "/projects"
_FORBIDDEN = 403


async def op_create_project(params: NewProject, desk: Desk, key: Key) -> dict[str, str]:
    """Создать проект; повтор находит созданный и не меняет его."""
    row = await _existing(desk, key) or await _created(params, desk, key)
    identifier = as_text(row.get("identifier"))
    base = (desk.options.link_base or desk.api.site.base).rstrip("/")
    return {
        "op_project_id": as_text(row.get("id")),
        "op_project_identifier": identifier,
        "op_project_link": f"{base}/projects/{identifier}",
        "op_project_name": as_text(row.get("name")),
    }


def identifiers(key: Key) -> tuple[str, str]:
    """Идентификатор обычного экземпляра и экземпляра с короткими (`PROJ-42` у пакетов): чужой вид отвергает форма."""
    digest = hashlib.sha256(str(key).encode())
    return f"exch-{digest.hexdigest()[:24]}", "X" + _letters(int.from_bytes(digest.digest()), 9)


def _letters(number: int, length: int) -> str:
    """Base 36: a short identifier has ten characters, so this is as much of the key as fits."""
    made = ""
    for _ in range(length):
        number, digit = divmod(number, 36)
        made += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit]
    return made


async def _existing(desk: Desk, key: Key) -> Row | None:
    for identifier in identifiers(key):
        path = f"{_PATH}/{quote(identifier, safe='')}"
        answer = await desk.api.ask("GET", path, intent=Intent.READ)
        if not isinstance(answer, Fault):
            return answer
        if answer.status != NOT_FOUND:
            raise query_error(answer, f"GET {path}")
    return None


async def _created(params: NewProject, desk: Desk, key: Key) -> Row:
    wanted = await _wanted(params, desk)
    refusal: Fault | None = None
    for identifier in identifiers(key):
        body = {**wanted.fields, "identifier": identifier, "_links": wanted.links}
        answer = await desk.api.ask("POST", _PATH, intent=Intent.IDEMPOTENT, body=body)
        if not isinstance(answer, Fault):
            return _kept(answer, identifier, wanted)
        if answer.status != INVALID or set(answer.attributes) != {"identifier"}:
            raise _refused(answer)
        refusal = answer
        row = await _existing(desk, key)  # an earlier attempt may have been carried out late
        if row is not None:
            return row
    raise Reject(
        f"{said_of(refusal, f'POST {_PATH}') if refusal else ''} Идентификатор {identifiers(key)[0]} не принят.",
        remedy="скорее всего, проект этой задачи есть, но Exchanger его не видит (архив или нет доступа): найдите его "
        "по идентификатору и откройте доступ человеку, чей ключ у Exchanger, затем повторите инцидент.",
    )


async def _wanted(params: NewProject, desk: Desk) -> Change:
    links: dict[str, object] = {}
    if params.project_parent:
        parent = await desk.catalogue.project(params.project_parent)
        links["parent"] = {"href": desk.api.site.href("projects", parent.id)}
    fields: Body = {
        "name": params.project_name,
        "description": {"raw": params.project_description} if params.project_description else None,
        "statusExplanation": {"raw": params.project_status_text} if params.project_status_text else None,
        "public": params.project_public,
    }
    if params.project_status or params.project_custom:
        form = await _form(params, desk)
        if params.project_status:
            links["status"] = {"href": choose(form.options("status"), params.project_status, "состояние").href}
        plain, linked = await desk.cards.custom.write(params.project_custom, form, None)
        fields, links = {**fields, **plain}, {**links, **linked}
    return Change({name: value for name, value in fields.items() if value is not None}, links)


async def _form(params: NewProject, desk: Desk) -> Form:
    path = f"{_PATH}/form"
    return read_form(await desk.api.call("POST", path, intent=Intent.READ, body={"name": params.project_name}))


def _kept(row: Row, identifier: str, wanted: Change) -> Row:
    named = f"OpenProject: проект №{as_text(row.get('id'))} создан, но"
    if as_text(row.get("identifier")).casefold() != identifier.casefold():
        raise Reject(
            f"{named} с идентификатором «{as_text(row.get('identifier'))}» вместо {identifier}.",
            remedy=f"дайте этому проекту идентификатор {identifier} и повторите инцидент: иначе повтор создаст второй.",
        )
    lost = wanted.refused(row)
    if lost:
        raise Reject(
            f"{named} без {', '.join(sorted(lost))}.",
            remedy="проверьте права человека, чей ключ у Exchanger, заполните поля в проекте и повторите инцидент.",
        )
    return row


def _refused(fault: Fault) -> ExchangerError:
    what = f"POST {_PATH}"
    if fault.status == INVALID:
        return BusinessError(REJECTED, said_of(fault, what), remedy="исправьте значения, названные OpenProject.")
    if fault.status == _FORBIDDEN:
        return Reject(
            said_of(fault, what), remedy="дайте человеку, чей ключ у Exchanger, право создавать проекты (подпроекты)."
        )
    return to_error(fault, what, Intent.IDEMPOTENT)
