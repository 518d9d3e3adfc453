"""Самопроверка экземпляра для doctor: вход, поле ключа, поиск, состояния, типы."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exchanger.connect import Finding, Severity
from exchanger.domain.errors import ExchangerError
from exchanger.systems.openproject.capabilities import Capabilities
from exchanger.systems.openproject.catalogue import StatusInfo
from exchanger.systems.openproject.desk import Desk
from exchanger.systems.openproject.foreign import Row, as_text, href, links
from exchanger.systems.openproject.schema import Form


async def check(desk: Desk) -> list[Finding]:
    """Находки; недоступный экземпляр — тоже находка."""
    try:
        root = await desk.api.read("")
        desk.inspector.forget()
        capabilities = await desk.inspector.get()
        statuses = await desk.catalogue.statuses()
        project = await desk.catalogue.project(desk.options.projects[0])
        form = await desk.catalogue.form(project.id)
    except ExchangerError as error:
        return [Finding(Severity.ERROR, str(error).partition(" Что делать:")[0], error.remedy)]
    return [
        *_user(root),
        *_search(capabilities, desk),
        *_types(form, capabilities),
        *_statuses(statuses, desk.options.refused_statuses),
        *_address(desk),
        _hearing(desk),
    ]


def _user(root: Row) -> Iterator[Finding]:
    user = links(root).get("user")
    if href(user):
        yield Finding(Severity.OK, f"Вход принят, OpenProject {as_text(root.get('coreVersion'))}".rstrip() + ".")
    else:
        yield Finding(
            Severity.ERROR, "Вход действует от имени никого.", "привяжите приложение OAuth к человеку в настройках."
        )


def _search(capabilities: Capabilities, desk: Desk) -> Iterator[Finding]:
    name = desk.options.key_field
    if capabilities.everywhere:
        yield Finding(Severity.OK, f"Поиск по полю «{name}» работает во всех проектах.")
    elif capabilities.scopes:
        yield Finding(
            Severity.WARNING,
            f"По полю «{name}» ищут только внутри проектов ({len(capabilities.scopes)}): задача, перенесённая в другой "
            "проект, по ключу не найдётся.",
            "отметьте поле «Для всех проектов».",
        )
    else:
        yield Finding(
            Severity.ERROR,
            f"По полю «{name}» нельзя искать: задачи создаваться не будут.",
            "отметьте у поля «Используется как фильтр» и «Для всех проектов».",
        )


def _types(form: Form, capabilities: Capabilities) -> Iterator[Finding]:
    if capabilities.attribute not in form.properties:
        yield Finding(
            Severity.WARNING, "У обычного типа проекта нет поля ключа.", "включите поле у типа или задайте другой тип."
        )
    if not any(each.milestone for each in form.options("type")):
        yield Finding(Severity.WARNING, "В обычном проекте нет типа вехи: op_create_milestone не сработает.")


def _statuses(statuses: Mapping[str, StatusInfo], refused: frozenset[str]) -> Iterator[Finding]:
    known = {text for each in statuses.values() for text in (each.id, each.name.casefold())}
    if not refused & known:
        yield Finding(
            Severity.WARNING,
            "Состояний отказа на экземпляре нет: любое закрытие считается выполнением.",
            "перечислите их в OPENPROJECT_REFUSED_STATUSES.",
        )
    if not any(each.closed for each in statuses.values()):
        yield Finding(Severity.ERROR, "Закрытых состояний нет: задачи никогда не завершатся.", "создайте состояние.")


def _address(desk: Desk) -> Iterator[Finding]:
    if not desk.api.site.origin.startswith("https:"):
        yield Finding(Severity.WARNING, "OpenProject открыт без TLS (http).", "так допустимо только на своей машине.")


def _hearing(desk: Desk) -> Finding:
    if desk.options.hears:
        return Finding(Severity.OK, "Уведомления OpenProject с нашей подписью принимаются как подсказки.")
    return Finding(
        Severity.OK, "Уведомления не настроены (OPENPROJECT_WEBHOOK_SECRET): изменения видит опрос, не сразу."
    )
