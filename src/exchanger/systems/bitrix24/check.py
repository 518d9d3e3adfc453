"""Самопроверка портала для doctor: что есть, чего не хватает и что с этим делать."""

from __future__ import annotations

from collections.abc import Iterator

from exchanger.connect import Finding, Severity
from exchanger.domain.errors import ExchangerError
from exchanger.systems.bitrix24 import scopes
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.custom_fields import (
    ELEMENT_ID,
    PROCESS_INSTANCE_ID,
    RESULT_ANSWER,
    RESULT_EXPECTED,
    RESULT_QUESTION,
)
from exchanger.systems.bitrix24.key_filter import RAW_ID, XML_ID
from exchanger.systems.bitrix24.pace import SLOW_FROM
from exchanger.systems.bitrix24.portal import Portal

_TYPES = {
    RAW_ID: "string",
    RESULT_ANSWER: "enumeration",
    RESULT_QUESTION: "string",
    RESULT_EXPECTED: "boolean",
    ELEMENT_ID: "string",
    PROCESS_INSTANCE_ID: "string",
}
_MODULE = (
    "diagram.properties.list",
    "diagram.responsible.get",
    "diagram.responsible.list",
    "sync",
    "task.dependency.add",
    "task.questionnaire.add",
    "task.questionnaire.list",
    "user.supervisor.get",
)


async def check(portal: Portal) -> list[Finding]:
    """Находки о портале, поиске по ключу, полях и правах; сам недоступный портал — тоже находка."""
    try:
        portal.inspector.forget()
        capabilities = await portal.inspector.get()
        answers = await portal.texts.all() if capabilities.has(RESULT_ANSWER) else None
    except ExchangerError as error:
        return [Finding(Severity.ERROR, str(error).partition(" Что делать:")[0], error.remedy)]
    return [
        _owner(capabilities),
        *_search(capabilities),
        *_fields(capabilities),
        *_rights(capabilities),
        *_templates(capabilities),
        await _third_generation(portal),
        *(() if answers is None else _answers(answers)),
        *_limits(portal),
        *_settings(portal),
    ]


def _limits(portal: Portal) -> Iterator[Finding]:
    """What all applications of this webhook have spent: the portal counts, we repeat."""
    found = portal.api.busiest()
    if found is None:
        return
    method, spent, limit = found
    said = f"Время работы методов за десять минут: больше всех у {method}, {spent:.0f} из {limit:.0f} с."
    if spent < limit * SLOW_FROM:
        yield Finding(Severity.OK, said)
    else:
        yield Finding(
            Severity.WARNING,
            said,
            "метод скоро запрут до сброса счёта: узнайте, кто ещё ходит этим вебхуком; поднимите BITRIX_POLL_INTERVAL.",
        )


def _owner(capabilities: Capabilities) -> Finding:
    owner = capabilities.owner
    if owner.admin:
        return Finding(Severity.OK, f"Вебхук принадлежит сотруднику {owner.id}, администратору портала.")
    return Finding(
        Severity.WARNING,
        f"Владелец вебхука ({owner.id}) — не администратор: он видит только задачи, в которых участвует.",
        "он будет добавлен в наблюдатели каждой задачи; чтобы этого не было, выпустите вебхук администратора.",
    )


def _search(capabilities: Capabilities) -> Iterator[Finding]:
    if XML_ID in capabilities.search:
        yield Finding(Severity.OK, "Поиск задач по XML_ID работает.")
    elif RAW_ID in capabilities.search:
        yield Finding(Severity.WARNING, f"Фильтр по XML_ID портал пропускает: задачи ищутся по {RAW_ID}.")
    else:
        yield Finding(
            Severity.ERROR,
            "Портал не ищет задачи по ключу: задачи создаваться не будут.",
            f"создайте у задач строковое поле {RAW_ID}.",
        )


def _fields(capabilities: Capabilities) -> Iterator[Finding]:
    for name, kind in _TYPES.items():
        known = capabilities.fields.get(name)
        if known is None:
            yield Finding(
                Severity.WARNING, f"Поля {name} у задач нет: оно не заполняется.", f"создайте его (тип {kind})."
            )
        elif known.type != kind:
            yield Finding(
                Severity.ERROR, f"Поле {name}: тип {known.type}, нужен {kind}.", "создайте поле с нужным типом."
            )


def _rights(capabilities: Capabilities) -> Iterator[Finding]:
    if capabilities.scopes is None:
        yield Finding(
            Severity.WARNING,
            "Портал не показал прав вебхука.",
            f"проверьте сами: {scopes.ALL}.",
        )
        return
    for name in scopes.REQUIRED:
        if not capabilities.allows(name):
            yield Finding(Severity.ERROR, f"У вебхука нет права {name}.", "добавьте его в настройках вебхука.")
    for name, loss in scopes.USEFUL.items():
        if not capabilities.allows(name):
            yield Finding(Severity.WARNING, f"У вебхука нет права {name}: {loss}.", "добавьте его, если это нужно.")


def _templates(capabilities: Capabilities) -> Iterator[Finding]:
    if capabilities.methods is None:
        yield Finding(
            Severity.WARNING,
            "Портал не показал списка методов: шаблоны задач не используются.",
            "проверьте, доступен ли вебхуку метод methods.",
        )
        return
    if capabilities.addon:
        yield from _module(capabilities)
    elif capabilities.can("tasks.template.get"):
        yield Finding(Severity.OK, "Модуля imena.camunda нет: шаблоны портала берутся по свойству templateId элемента.")
    else:
        yield Finding(
            Severity.WARNING,
            "Шаблонов задач у портала нет (ни модуля imena.camunda, ни tasks.template.get): templateId не действует.",
            "обновите модуль задач или задавайте содержание задачи в диаграмме.",
        )


async def _third_generation(portal: Portal) -> Finding:
    """Only told of: whatever becomes of this question, the work goes by v2."""
    try:
        there = "есть" if await portal.api.has_v3() else "нет"
    except ExchangerError:
        there = "на вопрос не отвечает"
    return Finding(Severity.OK, f"REST v3 у портала {there}; Exchanger работает через v2.")


def _module(capabilities: Capabilities) -> Iterator[Finding]:
    version = "2.5 или новее: участники вычисляются по переменным процесса" if capabilities.resolves else "до 2.5"
    yield Finding(Severity.OK, f"Модуль imena.camunda есть, версия {version}.")
    absent = sorted(name for name in _MODULE if not capabilities.can(f"imena.camunda.{name}"))
    if absent:
        yield Finding(
            Severity.WARNING,
            f"В модуле imena.camunda нет методов: {', '.join(absent)}.",
            "обновите модуль: без них часть содержания задачи не задаётся, об этом говорит журнал задачи.",
        )


def _answers(texts: frozenset[str]) -> Iterator[Finding]:
    if not {"да", "нет"} <= {text.strip().casefold() for text in texts}:
        yield Finding(
            Severity.ERROR,
            f"В списке {RESULT_ANSWER} нет вариантов ДА и НЕТ: ответы не будут поняты.",
            "исправьте варианты списка на портале.",
        )


def _settings(portal: Portal) -> Iterator[Finding]:
    if not portal.api.origin.startswith("https:"):
        yield Finding(Severity.WARNING, "Вебхук открыт без TLS (http).", "так допустимо только на своей машине.")
    if portal.api.webhooks.refused:
        yield Finding(
            Severity.WARNING,
            "Один из кодов вебхука (BITRIX_WEBHOOK_URL, BITRIX_NEXT_WEBHOOK_URL) портал не принимает: работаем другим.",
            "оставьте в BITRIX_WEBHOOK_URL действующий, BITRIX_NEXT_WEBHOOK_URL уберите.",
        )
    if 4 in portal.options.done_statuses:  # noqa: PLR2004 - the portal's status "awaits control"
        yield Finding(
            Severity.WARNING,
            "Состояние 4 («ждёт контроля») считается завершением: ответ уйдёт раньше, чем постановщик примет работу.",
            "оставьте BITRIX_DONE_STATUSES=5, если контроль постановщика важен.",
        )
